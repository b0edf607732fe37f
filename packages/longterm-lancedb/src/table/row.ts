import { encodeScope, type Scope } from "@mem/core";

/** An entry as the table keeps it, by column. Absent parts of the scope are empty, which no name is. */
export interface Row {
  /** `tenant:workflow:agent:key`, the first three percent-encoded: no two places give the same. */
  readonly id: string;
  readonly tenant: string;
  readonly workflow: string;
  readonly agent: string;
  /** JSON. */
  readonly value: string;
  readonly text: string;
  /** The terms of the text, joined by spaces, for LanceDB's index. */
  readonly terms: string;
  /** How many terms there are that count for the length of the text. */
  readonly length: number;
  /** JSON. */
  readonly metadata: string | null;
  readonly sequence: string | null;
  readonly position: number | null;
  readonly version: string;
  readonly created_at: number;
  readonly updated_at: number;
  readonly op_id: string | null;
  readonly subject: string | null;
  readonly source: string;
  /** JSON. */
  readonly derived_from: string | null;
  /** Of everything above but the terms, which follow from the text. */
  readonly hash: string;
  /** `contentHash` of the value and the text. */
  readonly content: string;
  /** `facetsOf` the content and the metadata, for LanceDB's index. */
  readonly facets: readonly number[] | null;
  /** Of the vectors and of what they stand for; null while they are to come, empty where there is nothing to embed. */
  readonly vector_hash: string | null;
  /** Only in stores that have or had an embedder. Of a long text it is the direction of the sum of its passages'. */
  readonly vector?: Float32Array | null;
  /** Those of the passages of a long text, one after the other, each a float of 32 bits for each dimension. */
  readonly passage_vectors: Uint8Array | null;
}

/** A row without what only searches need. */
export type EntryRow = Omit<
  Row,
  "terms" | "length" | "content" | "facets" | "vector_hash" | "vector" | "passage_vectors"
>;

const ENTRY_COLUMN_SET: Record<keyof EntryRow, true> = {
  id: true,
  tenant: true,
  workflow: true,
  agent: true,
  value: true,
  text: true,
  metadata: true,
  sequence: true,
  position: true,
  version: true,
  created_at: true,
  updated_at: true,
  op_id: true,
  subject: true,
  source: true,
  derived_from: true,
  hash: true,
};

/** The columns that an entry is made of. */
export const ENTRY_COLUMNS: readonly string[] = Object.keys(ENTRY_COLUMN_SET);

export function rowId(scope: Scope, key: string): string {
  return `${encodeScope(scope)}:${key}`;
}

/** The first three parts of an id. They are percent-encoded, so the third colon ends them. */
export function scopeOfId(id: string): string {
  return id.slice(0, endOfScope(id));
}

export function keyOfId(id: string): string {
  return id.slice(endOfScope(id) + 1);
}

function endOfScope(id: string): number {
  return id.indexOf(":", id.indexOf(":", id.indexOf(":") + 1) + 1);
}
