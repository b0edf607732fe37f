import { contentHash, type JsonValue, type Scope } from "@mem/core";
import { documentLength, joinTerms, type Analyzer } from "@mem/search";
import { createdAtOf, type ChangedEntry, type UnflushedEntry } from "../log/changed-entry.ts";
import { facetsOf } from "./facets.ts";
import { parseMetadata } from "./row-conversion.ts";
import { hashRow, hashVector } from "./row-hash.ts";
import type { EntryRow, Row } from "./row.ts";

/** The row of an entry that is to be written. What the table has there must have been learned. */
export function toRow(changed: ChangedEntry, entry: UnflushedEntry, analyzer: Analyzer): Row {
  const { scope, id } = changed;
  const { write, vector, passages } = entry;
  const terms = (entry.terms ??= analyzer.analyze(write.text));
  const fields = entryFields(id, scope, entry, createdAtOf(changed, entry));
  const content = contentHash(write.value, write.text);
  const row = {
    ...fields,
    terms: joinTerms(terms),
    length: documentLength(terms),
    hash: hashRow(fields),
    content,
    facets: facetsOf(content, write.metadata),
    vector_hash: write.text.trim() === "" ? "" : null,
    passage_vectors: null,
  };
  return vector === undefined ? row : withVector(row, vector, passages);
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

/** A row as it is kept now: in stores of the first format rows have neither content nor facets. */
export function completed(row: Row): Row {
  const content = contentHash(JSON.parse(row.value) as JsonValue, row.text);
  const facets = facetsOf(content, parseMetadata(row.metadata));
  return { ...row, content, facets, passage_vectors: row.passage_vectors ?? null };
}

/** A row with the vector of its text, and with those of its passages where it has several. */
export function withVector(
  row: Row,
  vector: Float32Array,
  passages: Uint8Array | null = null,
): Row {
  const vector_hash = hashVector(row.id, row.text, vector, passages);
  return { ...row, vector, passage_vectors: passages, vector_hash };
}

/** Whether a row's vectors are those that were made for its text. */
export function hasSoundVector({ id, text, vector, passage_vectors, vector_hash }: Row): boolean {
  if (vector == null || vector_hash == null) return false;
  return hashVector(id, text, vector, passage_vectors) === vector_hash;
}
