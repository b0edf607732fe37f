import type { Table } from "@lancedb/lancedb";
import type { LongTermEntry } from "@mem/core";
import type { StoredFacts } from "../log/changed-entry.ts";
import type { CachedEntry } from "../reading/entry-cache.ts";
import { toEntry } from "./row-conversion.ts";
import { unpackRow } from "./packed-row.ts";
import { PACKED_COLUMNS, type PackedRow, type Row } from "./row.ts";
import { idIn } from "./sql.ts";
import type { View } from "../reading/view.ts";

const IDS_AT_ONCE = 1_000;
/** Memory that an entry takes beside its texts. */
const ENTRY_BYTES = 400;

/** A row as LanceDB returns it: its lists are Arrow vectors. */
export type StoredRow = Omit<Row, "vector" | "facets"> & {
  readonly vector?: { toArray(): Float32Array } | null;
  readonly facets: { toArray(): Int32Array } | null;
};

type CacheableRow = PackedRow & Pick<Row, "length">;

const CACHEABLE_COLUMNS = [...PACKED_COLUMNS, "length"];

const VECTOR_COLUMNS = ["vector", "passage_vectors", "vector_hash"] as const;

/** The columns of a row that a search reads. */
export type TakenRow = PackedRow & Partial<Pick<Row, (typeof VECTOR_COLUMNS)[number]>>;
type StoredTakenRow = PackedRow & Partial<Pick<StoredRow, (typeof VECTOR_COLUMNS)[number]>>;
const TAKEN_COLUMNS: readonly string[] = [...PACKED_COLUMNS, ...VECTOR_COLUMNS];

type FactsRow = Pick<Row, "id" | "version" | "op_id" | "created_at" | "length">;

/** The rows with these ids, whole, in no particular order. */
export async function readRows(table: Table, ids: readonly string[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const condition of conditionsOn(ids)) {
    const found: StoredRow[] = await table.query().where(condition).toArray();
    for (const row of found) rows.push(fromStored(row));
  }
  return rows;
}

/** The table's entries with these ids, by id. Rejects with `MEM_CORRUPT` if a row is damaged. */
export async function readEntries(
  table: Table,
  ids: readonly string[],
): Promise<Map<string, CachedEntry>> {
  const entries = new Map<string, CachedEntry>();
  for (const condition of conditionsOn(ids)) {
    const found: CacheableRow[] = await table
      .query()
      .where(condition)
      .select(CACHEABLE_COLUMNS)
      .toArray();
    for (const row of found) entries.set(row.id, toCached(row));
  }
  return entries;
}

/** Like `readEntries`, but reads from the view's table only what the cache does not have. Adds nothing to the cache. */
export async function findEntries(
  { table, version, cache }: View,
  ids: readonly string[],
): Promise<Map<string, CachedEntry>> {
  const known = new Map<string, CachedEntry>();
  const missing: string[] = [];
  for (const id of ids) {
    const found = cache.find(id, version);
    if (found === undefined) missing.push(id);
    else if (found !== null) known.set(id, found);
  }
  for (const [id, entry] of await readEntries(table, missing)) known.set(id, entry);
  return known;
}

/** An entry of the table with the vectors of its text. */
export interface TakenEntry {
  readonly id: string;
  readonly entry: LongTermEntry;
  /** Absent if they were not asked for, or there are none. */
  readonly vectors?: {
    readonly vector: Float32Array;
    readonly passages: Uint8Array | null;
    readonly hash: string | null;
  };
}

/** The entries in these rows of this version of the table. Rejects with `MEM_CORRUPT` if one is damaged. */
export async function takeEntries(
  table: Table,
  rowIds: readonly bigint[],
  withVectors: boolean,
): Promise<TakenEntry[]> {
  if (rowIds.length === 0) return [];
  const columns = [...(withVectors ? TAKEN_COLUMNS : PACKED_COLUMNS)];
  const rows: StoredTakenRow[] = await table.takeRowIds(rowIds).select(columns).toArray();
  return rows.map(({ id, entry, passage_vectors, vector_hash, vector }) =>
    toTaken({
      id,
      entry,
      ...(withVectors && { passage_vectors, vector_hash, vector: vector?.toArray() ?? null }),
    }),
  );
}

/** Throws `MEM_CORRUPT` if the row is damaged. */
export function toTaken(row: TakenRow): TakenEntry {
  const { id, vector, passage_vectors: passages = null, vector_hash: hash = null } = row;
  const vectors = vector && { vector, passages, hash };
  return { id, entry: toEntry(unpackRow(row)), ...(vectors && { vectors }) };
}

/** What the table has at these ids, by id. Damage is not noticed here: a row that is replaced need not be sound. */
export async function readStored(
  table: Table,
  ids: readonly string[],
): Promise<Map<string, StoredFacts>> {
  const facts = new Map<string, StoredFacts>();
  for (const condition of conditionsOn(ids)) {
    const rows: FactsRow[] = await table
      .query()
      .where(condition)
      .select(["id", "version", "op_id", "created_at", "length"])
      .toArray();
    for (const { id, version, op_id, created_at, length } of rows) {
      facts.set(id, { version, opId: op_id, createdAt: created_at, length });
    }
  }
  return facts;
}

/** Conditions that together match all of these ids, none of them too long. */
export function* conditionsOn(ids: readonly string[]): Generator<string> {
  for (let i = 0; i < ids.length; i += IDS_AT_ONCE) yield idIn(ids.slice(i, i + IDS_AT_ONCE));
}

function toCached(row: CacheableRow): CachedEntry {
  const unpacked = unpackRow(row);
  const { op_id: opId, text, value, metadata, derived_from } = unpacked;
  const entry = toEntry(unpacked);
  const { agentId = "", workflowId = "", subject = "", sequence } = entry;
  const texts = agentId.length + workflowId.length + text.length + subject.length;
  // Parsed, JSON takes about three times its length.
  const json = value.length + (metadata ?? "").length + (derived_from ?? "").length;
  const bytes = ENTRY_BYTES + 2 * (texts + (sequence?.id ?? "").length) + 3 * json;
  return { entry, opId, length: row.length, bytes };
}

export function fromStored({ vector, ...stored }: StoredRow): Row {
  const facets = stored.facets ? [...stored.facets.toArray()] : null;
  // Copies: Arrow's views would keep the whole result in memory.
  const passage_vectors = stored.passage_vectors?.slice() ?? null;
  const row = { ...stored, facets, passage_vectors };
  if (vector === undefined) return row;
  return { ...row, vector: vector === null ? null : vector.toArray().slice() };
}
