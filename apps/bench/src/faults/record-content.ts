import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { ExecutionRecord } from "@mem/core";

/**
 * The record that an id stands for, but for its time: every part of it follows from the id, so that whoever reads it
 * back can tell whether it is what was written. Up to 2,000 characters of text.
 */
export function recordOf(id: string): Omit<ExecutionRecord, "timestamp"> {
  const digest = createHash("sha256").update(id).digest();
  return {
    id,
    agentId: `agent-${digest.readUInt8(0) % 2}`,
    tenantId: "default",
    status: "success",
    output: {
      text: digest
        .toString("hex")
        .repeat(32)
        .slice(0, digest.readUInt16BE(1) % 2000),
    },
  };
}

/** Whether a record is, to its last character, the one that its id stands for. */
export function isAsWritten(record: ExecutionRecord): boolean {
  const { id, timestamp } = record;
  return isDeepStrictEqual(record, { ...recordOf(id), timestamp });
}
