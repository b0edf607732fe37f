import {
  MemoryError,
  type EntrySource,
  type JsonObject,
  type JsonValue,
  type LongTermEntry,
  type LongTermWrite,
  type Scope,
} from "@mem/core";
import { documentLength, joinTerms } from "@mem/search";
import { rowId, type EntryRow, type Row } from "./row.ts";
import { hashRow } from "./row-hash.ts";

/** All of a row that does not depend on when it is stored. */
export type Draft = Omit<Row, "version" | "created_at" | "updated_at" | "hash" | "vector">;

/** What a row gets when it is stored. */
export type Stamp = Pick<Row, "version" | "created_at" | "updated_at">;

export function draftRow(scope: Scope, write: LongTermWrite, terms: readonly string[]): Draft {
  return {
    id: rowId(scope, write.key),
    tenant: scope.tenantId,
    workflow: scope.workflowId ?? "",
    agent: scope.agentId ?? "",
    key: write.key,
    value: JSON.stringify(write.value),
    text: write.text,
    terms: joinTerms(terms),
    length: documentLength(terms),
    metadata: write.metadata === undefined ? null : JSON.stringify(write.metadata),
    sequence: write.sequence?.id ?? null,
    position: write.sequence?.position ?? null,
    op_id: write.opId ?? null,
    subject: write.subject ?? null,
    source: write.source,
    derived_from: write.derivedFrom === undefined ? null : JSON.stringify(write.derivedFrom),
    vector_hash: write.text.trim() === "" ? "" : null,
  };
}

export function stampRow(draft: Draft, stamp: Stamp): Row {
  const row = { ...draft, ...stamp };
  return { ...row, hash: hashRow(row) };
}

/** The entry of a row. Throws `MEM_CORRUPT` when the row is not what was stored. */
export function toEntry(row: EntryRow): LongTermEntry {
  if (hashRow(row) !== row.hash) {
    throw new MemoryError(
      "MEM_CORRUPT",
      `the entry ${JSON.stringify(row.key)} of agent ${JSON.stringify(row.agent)} was damaged on disk; save or delete it, or restore a backup`,
    );
  }
  return {
    key: row.key,
    value: JSON.parse(row.value) as JsonValue,
    text: row.text,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    source: row.source as EntrySource,
    ...(row.agent !== "" && { agentId: row.agent }),
    ...(row.workflow !== "" && { workflowId: row.workflow }),
    ...(row.metadata !== null && { metadata: JSON.parse(row.metadata) as JsonObject }),
    ...(row.subject !== null && { subject: row.subject }),
    ...(row.derived_from !== null && { derivedFrom: JSON.parse(row.derived_from) as string[] }),
    ...(row.sequence !== null && {
      sequence: { id: row.sequence, position: row.position ?? 0 },
    }),
  };
}

export function parseMetadata(json: string | null): JsonObject | undefined {
  return json === null ? undefined : (JSON.parse(json) as JsonObject);
}
