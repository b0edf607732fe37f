import type { Table } from "@lancedb/lancedb";
import { ENTRY_COLUMNS, type EntryRow, type Row } from "./row.ts";
import { idIn } from "./sql.ts";

const IDS_AT_ONCE = 1_000;

/** A row as LanceDB hands it out: its vector in Arrow's wrapping. */
type StoredRow = Omit<Row, "vector"> & { readonly vector?: { toArray(): Float32Array } | null };

/** The rows that have one of these ids, whole, in no particular order. */
export async function readRows(table: Table, ids: readonly string[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const condition of conditionsOn(ids)) {
    const found: StoredRow[] = await table.query().where(condition).toArray();
    for (const row of found) rows.push(fromStored(row));
  }
  return rows;
}

/** The entries that have one of these ids, by id. Not checked yet: `toEntry` does. */
export async function readEntries(
  table: Table,
  ids: readonly string[],
): Promise<Map<string, EntryRow>> {
  const rows = new Map<string, EntryRow>();
  for (const condition of conditionsOn(ids)) {
    const found: EntryRow[] = await table
      .query()
      .where(condition)
      .select([...ENTRY_COLUMNS])
      .toArray();
    for (const row of found) rows.set(row.id, row);
  }
  return rows;
}

function* conditionsOn(ids: readonly string[]): Generator<string> {
  for (let i = 0; i < ids.length; i += IDS_AT_ONCE) yield idIn(ids.slice(i, i + IDS_AT_ONCE));
}

function fromStored({ vector, ...row }: StoredRow): Row {
  if (vector === undefined) return row;
  // A copy: Arrow's view would keep the whole result in memory.
  return { ...row, vector: vector === null ? null : vector.toArray().slice() };
}
