import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { AgentScope, LongTermEntry, LongTermWrite, SearchScope } from "@mem/core";

/** The scope of all entries of the lab. */
export const scope: AgentScope = { tenantId: "lab", agentId: "subject" };
export const searchScope: SearchScope = { tenantId: "lab", agentIds: ["subject"] };

/** A word that is in every text of the lab. */
export const COMMON_WORD = "harvest";

const LETTERS = "bcdfghjklmnpqrtv";
const LONG = 40_000;

/** A word that no other text has and that no stemmer changes. */
export function wordOf(name: string): string {
  const digest = createHash("sha256").update(name).digest();
  return `q${[...digest.subarray(0, 6)].map((byte) => `${LETTERS[byte >> 4]}${LETTERS[byte & 15]}`).join("")}q`;
}

/**
 * What a write stores. All of it follows from its key, the name of the operation and the number that it counts to, so
 * that a reader can tell whether it is what was written. Mostly some hundred characters, sometimes 40,000.
 */
export function contentOf(key: string, operation: string, count = 0): LongTermWrite {
  const digest = createHash("sha256").update(`${key} ${operation}`).digest();
  const length = digest.readUInt8(0) === 0 ? LONG : digest.readUInt16BE(1) % 800;
  const filler = digest
    .toString("hex")
    .repeat(Math.ceil(length / 64))
    .slice(0, length);
  return {
    key,
    value: { operation, count, filler },
    text: `${COMMON_WORD} ${wordOf(key)} ${wordOf(operation)}`,
    metadata: { count },
    source: "agent",
  };
}

/** The operation that wrote an entry, according to the entry itself. */
export function operationOf(entry: LongTermEntry): string {
  const { operation } = entry.value as { readonly operation?: unknown };
  return typeof operation === "string" ? operation : "";
}

export function countOf(entry: LongTermEntry): number {
  const { count } = entry.value as { readonly count?: unknown };
  return typeof count === "number" ? count : Number.NaN;
}

/** Whether an entry is, to its last character, what the operation that it names wrote. */
export function isAsWritten(entry: LongTermEntry): boolean {
  const { value, text, metadata } = contentOf(entry.key, operationOf(entry), countOf(entry));
  return (
    isDeepStrictEqual(entry.value, value) &&
    entry.text === text &&
    isDeepStrictEqual(entry.metadata, metadata) &&
    entry.agentId === scope.agentId
  );
}
