import type { Table } from "@lancedb/lancedb";
import type { HistoryState } from "../table/base-file.ts";
import { toFirstRow, toHistoryRow, type AcceptedChange, type HistoryRow } from "./history-row.ts";
import { HISTORY_COLUMNS } from "./history-table.ts";
import { HISTORY_NAME } from "../folder/location.ts";
import type { OpenedStore } from "../folder/opened-store.ts";
import { readFirstRows } from "./first-rows.ts";
import { conditionsOn, readStored } from "../table/row-queries.ts";
import type { EntryRow } from "../table/row.ts";
import { all, idIn, quote } from "../table/sql.ts";

/** What a read of the history of some ids sees. */
export interface HistoryView {
  /** The table of current entries. */
  readonly table: Table;
  /** The table of former states. */
  readonly history: Table;
  readonly state: HistoryState;
  /** The changes that neither table has yet; those of one id in log order. */
  readonly changes: readonly AcceptedChange[];
}

/** Runs a query on the present state; `undefined` if there is no history. Without `ids`, the query sees all changes. */
export function readHistory<T>(
  { reader, base, replica, database }: OpenedStore,
  ids: readonly string[] | undefined,
  query: (view: HistoryView) => Promise<T>,
): Promise<T | undefined> {
  return reader.read(async ({ table }) => {
    // Read in one turn, before anything is awaited, because these belong together.
    const state = base.state.history;
    const changes = ids === undefined ? replica.history.all() : replica.history.of(ids);
    if (state === undefined) return undefined;
    const history = await database.openVersion(state.version, HISTORY_NAME);
    try {
      return await query({ table, history, state, changes });
    } finally {
      history.close();
    }
  });
}

/** The states of entries that have not changed since the history began. */
export async function readFirst(
  { table, state }: HistoryView,
  ids: readonly string[],
): Promise<HistoryRow[]> {
  const rows: EntryRow[] = [];
  for (const condition of conditionsOn(ids)) {
    rows.push(...(await readFirstRows(table, all(condition, `version < ${quote(state.from)}`))));
  }
  return rows.map((row) => toFirstRow(row, state));
}

/** Changes as the rows that they will become. */
export async function toRows(
  { table }: HistoryView,
  changes: readonly AcceptedChange[],
): Promise<HistoryRow[]> {
  const timeless = changes.filter(
    ({ entry }) => entry !== undefined && entry.createdAt === undefined,
  );
  const stored = await readStored(
    table,
    timeless.map(({ id }) => id),
  );
  return changes.map((change) => toHistoryRow(change, stored.get(change.id)?.createdAt));
}

/** Rows of the history table before a place, newest first. */
export function readBefore(
  { history }: HistoryView,
  ids: readonly string[],
  place: string | undefined,
  limit: number,
): Promise<HistoryRow[]> {
  const isBefore = place === undefined ? undefined : `place < ${quote(place)}`;
  return history
    .query()
    .where(all(idIn(ids), isBefore))
    .orderBy({ columnName: "place", ascending: false })
    .select([...HISTORY_COLUMNS])
    .limit(limit)
    .toArray();
}
