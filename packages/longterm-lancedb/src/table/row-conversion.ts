import {
  cloneJson,
  MemoryError,
  parseJson,
  type EntrySource,
  type JsonObject,
  type JsonValue,
  type LongTermEntry,
} from "@mem/core";
import { createdAtOf, type ChangedEntry, type UnflushedEntry } from "../log/changed-entry.ts";
import type { SliceEntry } from "../log/overlay.ts";
import { keyOfId, type EntryRow } from "./row.ts";
import { hashRow } from "./row-hash.ts";

export function damagedEntry(id: string, agent: string): MemoryError {
  return new MemoryError(
    "MEM_CORRUPT",
    `the entry ${JSON.stringify(keyOfId(id))} of agent ${JSON.stringify(agent)} was damaged on disk; save or delete it, or restore a backup`,
  );
}

/** The entry of a row. Throws `MEM_CORRUPT` if the row is not what was stored. */
export function toEntry(row: EntryRow): LongTermEntry {
  if (hashRow(row) !== row.hash) throw damagedEntry(row.id, row.agent);
  return {
    key: keyOfId(row.id),
    value: parseJson(row.value) as JsonValue,
    text: row.text,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    source: row.source as EntrySource,
    ...(row.agent !== "" && { agentId: row.agent }),
    ...(row.workflow !== "" && { workflowId: row.workflow }),
    ...(row.metadata !== null && { metadata: parseJson(row.metadata) as JsonObject }),
    ...(row.subject !== null && { subject: row.subject }),
    ...(row.derived_from !== null && { derivedFrom: parseJson(row.derived_from) as string[] }),
    ...(row.sequence !== null && {
      sequence: { id: row.sequence, position: row.position ?? 0 },
    }),
  };
}

/** The entry of a change, copied for the caller. What the table has in its place must have been learned. */
export function toUnflushedEntry(changed: ChangedEntry, entry: UnflushedEntry): LongTermEntry {
  const { scope, key } = changed;
  const { value, text, source, metadata, subject, derivedFrom, sequence } = entry.write;
  return {
    key,
    value: cloneJson(value),
    text,
    version: entry.version,
    createdAt: createdAtOf(changed, entry),
    updatedAt: entry.updatedAt,
    source,
    ...(scope.agentId !== undefined && { agentId: scope.agentId }),
    ...(scope.workflowId !== undefined && { workflowId: scope.workflowId }),
    ...(metadata !== undefined && { metadata: cloneJson(metadata) }),
    ...(subject !== undefined && { subject }),
    ...(derivedFrom !== undefined && { derivedFrom: [...derivedFrom] }),
    ...(sequence !== undefined && { sequence: { ...sequence } }),
  };
}

/** Whether the time when the entry was first saved has yet to be read from the table. */
export function lacksTime({ changed, entry }: SliceEntry): boolean {
  return entry !== undefined && entry.createdAt === undefined && changed.stored === undefined;
}

/** Copies an entry that stays in memory, to hand it out. */
export function copyEntry(entry: LongTermEntry): LongTermEntry {
  return cloneJson(entry as unknown as JsonObject) as unknown as LongTermEntry;
}

export function parseMetadata(json: string | null | undefined): JsonObject | undefined {
  return typeof json === "string" ? (parseJson(json) as JsonObject) : undefined;
}
