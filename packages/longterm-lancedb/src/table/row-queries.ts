import type { Table } from "@lancedb/lancedb";
import { decodeParts } from "@mem/core";
import type { StoredFacts } from "../log/changed-entry.ts";
import type { CachedEntry } from "../reading/entry-cache.ts";
import { toEntry } from "./row-conversion.ts";
import { ENTRY_COLUMNS, scopeOfId, type EntryRow, type Row } from "./row.ts";
import { idIn } from "./sql.ts";
import type { View } from "../reading/view.ts";

const IDS_AT_ONCE = 1_000;
/** Of an entry in memory, beside its texts. */
const ENTRY_BYTES = 400;

/** A row as LanceDB hands it out: its vector in Arrow's wrapping. */
export type StoredRow = Omit<Row, "vector"> & {
  readonly vector?: { toArray(): Float32Array } | null;
};

type ScopeColumn = "tenant" | "workflow" | "agent";
type CacheableRow = Omit<EntryRow, ScopeColumn> & Pick<Row, "length">;

/** Each column takes its time to read, and the scope's say what the id says: the hash is of both. */
const SCOPE_COLUMNS: readonly string[] = ["tenant", "workflow", "agent"] satisfies ScopeColumn[];
const CACHEABLE_COLUMNS = [
  ...ENTRY_COLUMNS.filter((name) => !SCOPE_COLUMNS.includes(name)),
  "length",
];

type FactsRow = Pick<Row, "id" | "version" | "op_id" | "created_at" | "length">;

/** The rows that have one of these ids, whole, in no particular order. */
export async function readRows(table: Table, ids: readonly string[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const condition of conditionsOn(ids)) {
    const found: StoredRow[] = await table.query().where(condition).toArray();
    for (const row of found) rows.push(fromStored(row));
  }
  return rows;
}

/** The table's entries that have one of these ids, by id. Rejects with `MEM_CORRUPT` where a row is damaged. */
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

/** `readEntries` of the view's table, which reads only what the cache does not have. It leaves the cache as it is. */
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

/** What the table has at these ids, by id. Damage is not noticed here: what is replaced need not be whole. */
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

/** Conditions that together name all of these ids, none of them too long. */
export function* conditionsOn(ids: readonly string[]): Generator<string> {
  for (let i = 0; i < ids.length; i += IDS_AT_ONCE) yield idIn(ids.slice(i, i + IDS_AT_ONCE));
}

function toCached(row: CacheableRow): CachedEntry {
  const { id, op_id: opId, length, text, value, metadata, subject, sequence, derived_from } = row;
  const [tenant = "", workflow = "", agent = ""] = partsOf(id);
  const texts = agent.length + workflow.length + text.length + (subject ?? "").length;
  // Parsed, JSON takes about three times its length.
  const json = value.length + (metadata ?? "").length + (derived_from ?? "").length;
  const bytes = ENTRY_BYTES + 2 * (texts + (sequence ?? "").length) + 3 * json;
  return { entry: toEntry({ ...row, tenant, workflow, agent }), opId, length, bytes };
}

/** Of the scope. What can't be decoded was damaged, and then the hash is not that of the row. */
function partsOf(id: string): (string | undefined)[] {
  try {
    return decodeParts(scopeOfId(id));
  } catch {
    return [];
  }
}

export function fromStored({ vector, ...row }: StoredRow): Row {
  if (vector === undefined) return row;
  // A copy: Arrow's view would keep the whole result in memory.
  return { ...row, vector: vector === null ? null : vector.toArray().slice() };
}
