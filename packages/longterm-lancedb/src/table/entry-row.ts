import type { Scope } from "@mem/core";
import { documentLength, joinTerms, type Analyzer } from "@mem/search";
import { createdAtOf, type ChangedEntry, type UnflushedEntry } from "../log/changed-entry.ts";
import { hashRow, hashVector } from "./row-hash.ts";
import type { EntryRow, Row } from "./row.ts";

/** The row of an entry that is to be written. What the table has there must have been learned. */
export function toRow(changed: ChangedEntry, entry: UnflushedEntry, analyzer: Analyzer): Row {
  const { scope, id } = changed;
  const { write, vector } = entry;
  const terms = (entry.terms ??= analyzer.analyze(write.text));
  const fields = entryFields(id, scope, entry, createdAtOf(changed, entry));
  const row = {
    ...fields,
    terms: joinTerms(terms),
    length: documentLength(terms),
    hash: hashRow(fields),
    vector_hash: write.text.trim() === "" ? "" : null,
  };
  return vector === undefined ? row : withVector(row, vector);
}

/** The columns that an entry is made of, but for their hash. */
export function entryFields(
  id: string,
  scope: Scope,
  { write, version, updatedAt }: UnflushedEntry,
  createdAt: number,
): Omit<EntryRow, "hash"> {
  return {
    id,
    tenant: scope.tenantId,
    workflow: scope.workflowId ?? "",
    agent: scope.agentId ?? "",
    value: JSON.stringify(write.value),
    text: write.text,
    metadata: write.metadata === undefined ? null : JSON.stringify(write.metadata),
    sequence: write.sequence?.id ?? null,
    position: write.sequence?.position ?? null,
    version,
    created_at: createdAt,
    updated_at: updatedAt,
    op_id: write.opId ?? null,
    subject: write.subject ?? null,
    source: write.source,
    derived_from: write.derivedFrom === undefined ? null : JSON.stringify(write.derivedFrom),
  };
}

/** A row with the vector of its text. */
export function withVector(row: Row, vector: Float32Array): Row {
  return { ...row, vector, vector_hash: hashVector(row.id, row.text, vector) };
}

/** Whether a row's vector is the one that was made for its text. */
export function hasSoundVector({ id, text, vector, vector_hash }: Row): boolean {
  return vector != null && vector_hash != null && hashVector(id, text, vector) === vector_hash;
}
