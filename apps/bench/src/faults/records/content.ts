import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { ExecutionRecord } from "@mem/core";

export const TENANT = "default";
export const AGENTS: readonly string[] = ["agent-0", "agent-1"];

const LONG = 60_000;
const SUBJECT = "@";
const MARK = 24;

/** The id of a record about a person, or about nobody. */
export function idOf(name: string, subject?: string): string {
  return subject === undefined ? name : `${name}${SUBJECT}${subject}`;
}

export function subjectOf(id: string): string | undefined {
  const at = id.indexOf(SUBJECT);
  return at < 0 ? undefined : id.slice(at + 1);
}

/** A text that is only in this record. */
export function markOf(id: string): string {
  return createHash("sha256").update(id).digest("hex").slice(0, MARK);
}

/**
 * The record that an id stands for, except for its time. All of it follows from the id, so that a reader can tell
 * whether it is what was written. Mostly up to 2,000 characters of text, sometimes 60,000.
 */
export function recordOf(id: string): Omit<ExecutionRecord, "timestamp"> {
  const digest = createHash("sha256").update(id).digest();
  const length = digest.readUInt8(3) === 0 ? LONG : digest.readUInt16BE(1) % 2000;
  const subject = subjectOf(id);
  return {
    id,
    agentId: AGENTS[digest.readUInt8(0) % AGENTS.length] as string,
    tenantId: TENANT,
    status: "success",
    output: {
      mark: markOf(id),
      text: digest
        .toString("base64")
        .repeat(Math.ceil(length / 44))
        .slice(0, length),
    },
    ...(subject !== undefined && { subject }),
  };
}

/** The record that an id stands for, with the current time. */
export function newRecord(id: string): ExecutionRecord {
  return { ...recordOf(id), timestamp: new Date().toISOString() };
}

/** Whether a record is, to its last character, the one that its id stands for. */
export function isAsWritten(record: ExecutionRecord): boolean {
  const { id, timestamp } = record;
  return isDeepStrictEqual(record, { ...recordOf(id), timestamp });
}
