import { contentHash, parseJson, type JsonValue, type Scope } from "@mem/core";
import { documentLength, joinTerms, type Analyzer } from "@mem/search";
import { createdAtOf, type ChangedEntry, type UnflushedEntry } from "../log/changed-entry.ts";
import { facetsOf } from "./facets.ts";
import { packEntry, unpackRow } from "./packed-row.ts";
import { parseMetadata } from "./row-conversion.ts";
import { hashRow, hashVector } from "./row-hash.ts";
import type { EntryRow, Row } from "./row.ts";

/** The row of an entry that is to be written. What the table has in its place must have been learned. */
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
    entry: packEntry({ ...fields, hash: hashRow(fields) }),
    content,
    facets: facetsOf(content, write.metadata),
    vector_hash: write.text.trim() === "" ? "" : null,
    passage_vectors: null,
  };
  return vector === undefined ? row : withVector(row, write.text, vector, passages);
}

/** The columns of an entry, except its hash. */
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

/**
 * A row in the present format: in the first format, everything has a column of its own, and some columns are missing.
 */
export function completed(row: Row): Row {
  // After an interrupted migration, `entry` is empty in rows that it did not reach.
  const entry = row.entry || packEntry(row as Row & EntryRow);
  const passage_vectors = row.passage_vectors ?? null;
  return { ...row, entry, ...foundBy(unpackRow({ id: row.id, entry })), passage_vectors };
}

/** The columns by which an entry is found, besides its terms and its vector. */
export function foundBy(entry: EntryRow): Pick<Row, "content" | "facets"> {
  const content = contentHash(parseJson(entry.value) as JsonValue, entry.text);
  return { content, facets: facetsOf(content, parseMetadata(entry.metadata)) };
}

/** A row with the vector of its text, and with those of its passages if it has several. */
export function withVector(
  row: Row,
  text: string,
  vector: Float32Array,
  passages: Uint8Array | null = null,
): Row {
  const vector_hash = hashVector(row.id, text, vector, passages);
  return { ...row, vector, passage_vectors: passages, vector_hash };
}

/** Whether a row's vectors are those that were made for its text. */
export function hasSoundVector(
  { id, vector, passage_vectors, vector_hash }: Row,
  text: string,
): boolean {
  if (vector == null || vector_hash == null) return false;
  return hashVector(id, text, vector, passage_vectors) === vector_hash;
}
