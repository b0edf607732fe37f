import { setImmediate } from "node:timers/promises";
import type { Table } from "@lancedb/lancedb";
import type { Field, Schema } from "apache-arrow";
import type { Database } from "../table/database.ts";
import type { HistoryMark, HistoryRow } from "./history-row.ts";
import { HISTORY_NAME } from "../folder/location.ts";
import type { Arrow, LanceDb } from "../table/native-module.ts";
import { arrowTable } from "../table/row-table.ts";
import { ENTRY_COLUMNS } from "../table/row.ts";
import { indexedColumns } from "../table/table-indexes.ts";

const NUMBERS: ReadonlySet<string> = new Set(["position", "created_at", "updated_at", "at"]);
const OPTIONAL: ReadonlySet<string> = new Set([
  "metadata",
  "sequence",
  "position",
  "op_id",
  "subject",
  "derived_from",
]);

const MARK_COLUMN_SET: Record<keyof HistoryMark, true> = {
  id: true,
  place: true,
  at: true,
  kind: true,
  hash: true,
  history_hash: true,
};

/** The columns that say what happened when, without the entry itself. */
export const MARK_COLUMNS: readonly string[] = Object.keys(MARK_COLUMN_SET);
/** All columns. */
export const HISTORY_COLUMNS: readonly string[] = [...new Set([...ENTRY_COLUMNS, ...MARK_COLUMNS])];

const ADDED_AT_ONCE = 8_192;
/** How long making rows may keep the event loop from other work, in ms. */
const SLICE_MS = 5;
/** Below this, LanceDB reads every row as fast as it reads an index. */
const INDEXED_ROWS = 10_000;

/** Creates the table, empty; with `"overwrite"`, in place of an existing one. */
export async function createHistoryTable(
  { connection, modules }: Database,
  mode: "create" | "overwrite" = "create",
): Promise<void> {
  const table = await connection.createEmptyTable(HISTORY_NAME, schema(modules.arrow), { mode });
  table.close();
}

function schema(arrow: Arrow): Schema {
  const field = (name: string): Field => {
    const type = NUMBERS.has(name) ? new arrow.Float64() : new arrow.Utf8();
    return new arrow.Field(name, type, OPTIONAL.has(name));
  };
  return new arrow.Schema(HISTORY_COLUMNS.map(field));
}

/** Adds rows as they are made, in few commits. */
export async function addHistory(
  history: Table,
  rows: Iterable<HistoryRow>,
  arrow: Arrow,
): Promise<void> {
  const add = (batch: readonly HistoryRow[]): Promise<unknown> =>
    history.add(arrowTable(arrow, schema(arrow), batch));
  let batch: HistoryRow[] = [];
  let began = performance.now();
  for (const row of rows) {
    batch.push(row);
    if (batch.length >= ADDED_AT_ONCE) {
      await add(batch);
      batch = [];
    }
    if (performance.now() - began < SLICE_MS) continue;
    await setImmediate();
    began = performance.now();
  }
  if (batch.length > 0) await add(batch);
}

/** Every row, in batches. */
export async function* scanHistory(history: Table): AsyncGenerator<HistoryRow[]> {
  for await (const batch of history.query().select([...HISTORY_COLUMNS])) {
    const rows: HistoryRow[] = [];
    for (let i = 0; i < batch.numRows; i++) {
      rows.push(batch.get(i)?.toJSON() as unknown as HistoryRow);
    }
    if (rows.length > 0) yield rows;
  }
}

/** Makes the indexes that a table of this size needs and does not have yet. */
export async function indexHistory(history: Table, { Index }: LanceDb): Promise<void> {
  if ((await history.countRows()) < INDEXED_ROWS) return;
  const indexed = await indexedColumns(history);
  for (const column of ["id", "place"]) {
    if (!indexed.has(column)) await history.createIndex(column, { config: Index.btree() });
  }
}
