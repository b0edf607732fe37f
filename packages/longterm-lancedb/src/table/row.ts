import { decodeParts, encodeScope, type Scope } from "@mem/core";

/** The columns of an entry, unpacked. Absent parts of the scope are empty, which no name is. */
export interface EntryRow {
  /** `tenant:workflow:agent:key`, the first three percent-encoded: no two places have the same. */
  readonly id: string;
  readonly tenant: string;
  readonly workflow: string;
  readonly agent: string;
  /** JSON. */
  readonly value: string;
  readonly text: string;
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
  /** Hash of everything above. */
  readonly hash: string;
}

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

export const ENTRY_COLUMNS: readonly string[] = Object.keys(ENTRY_COLUMN_SET);

/** The columns that a read takes: each column costs time, and these contain the whole entry. */
export interface PackedRow extends Pick<EntryRow, "id"> {
  /** Everything but its place: see `packEntry`. */
  readonly entry: string;
}

export const PACKED_COLUMNS: readonly string[] = ["id", "entry"] satisfies (keyof PackedRow)[];

/**
 * Parts of the id and the packed entry that are repeated in columns of their own: for conditions, and for queries that
 * read little of many rows.
 */
export type RepeatedColumn =
  | "tenant"
  | "workflow"
  | "agent"
  | "metadata"
  | "sequence"
  | "position"
  | "version"
  | "created_at"
  | "updated_at"
  | "op_id"
  | "subject";

/** An entry as the table keeps it, by column. */
export interface Row extends PackedRow, Pick<EntryRow, RepeatedColumn> {
  /** The terms of the text, joined by spaces, for LanceDB's index. */
  readonly terms: string;
  /** How many terms count toward the length of the text. */
  readonly length: number;
  /** `contentHash` of the value and the text. */
  readonly content: string;
  /** `facetsOf` the content and the metadata, for LanceDB's index. */
  readonly facets: readonly number[] | null;
  /**
   * Hash of the vectors and of what they stand for; null while they are pending, empty if there is nothing to embed.
   */
  readonly vector_hash: string | null;
  /**
   * Only in stores that have or had an embedder. For a long text, it is the direction of the sum of its passages'
   * vectors.
   */
  readonly vector?: Float32Array | null;
  /** The vectors of the passages of a long text, one after the other, each with a 32-bit float for each dimension. */
  readonly passage_vectors: Uint8Array | null;
}

export function rowId(scope: Scope, key: string): string {
  return `${encodeScope(scope)}:${key}`;
}

/** The first three parts of an id. They are percent-encoded, so the third colon ends them. */
export function scopeOfId(id: string): string {
  return id.slice(0, endOfScope(id));
}

/** Tenant, workflow and agent; none if the id is too damaged to be decoded. */
export function scopePartsOf(id: string): readonly (string | undefined)[] {
  try {
    return decodeParts(scopeOfId(id));
  } catch {
    return [];
  }
}

export function keyOfId(id: string): string {
  return id.slice(endOfScope(id) + 1);
}

function endOfScope(id: string): number {
  return id.indexOf(":", id.indexOf(":", id.indexOf(":") + 1) + 1);
}
