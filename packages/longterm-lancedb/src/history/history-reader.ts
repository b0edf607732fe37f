import type { Table } from "@lancedb/lancedb";
import type { HistoryState } from "../table/base-file.ts";
import { toFirstRow, toHistoryRow, type AcceptedChange, type HistoryRow } from "./history-row.ts";
import { HISTORY_COLUMNS } from "./history-table.ts";
import { HISTORY_NAME } from "../folder/location.ts";
import type { OpenedStore } from "../folder/opened-store.ts";
import { conditionsOn, readStored } from "../table/row-queries.ts";
import { ENTRY_COLUMNS, type EntryRow } from "../table/row.ts";
import { all, idIn, quote } from "../table/sql.ts";

/** What a read of the history of some ids sees. */
export interface HistoryView {
  /** What there is. */
  readonly table: Table;
  /** What there was. */
  readonly history: Table;
  readonly state: HistoryState;
  /** What neither has yet, in the order of the log for each id. */
  readonly changes: readonly AcceptedChange[];
}

/** Runs a query on the present state; `undefined` where there is no history. Without `ids` it sees all changes. */
export function readHistory<T>(
  { reader, base, replica, database }: OpenedStore,
  ids: readonly string[] | undefined,
  query: (view: HistoryView) => Promise<T>,
): Promise<T | undefined> {
  return reader.read(async ({ table }) => {
    // In one turn, before anything is awaited: these belong together.
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

/** The states of entries that nothing has happened to since the history began. */
export async function readFirst(
  { table, state }: HistoryView,
  ids: readonly string[],
): Promise<HistoryRow[]> {
  const rows: EntryRow[] = [];
  for (const condition of conditionsOn(ids)) {
    const query = table.query().where(all(condition, `version < ${quote(state.from)}`));
    rows.push(...((await query.select([...ENTRY_COLUMNS]).toArray()) as EntryRow[]));
  }
  return rows.map((row) => toFirstRow(row, state));
}

/** What was changed as the rows that it will be. */
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

/** Rows of the table of history, the newest first, from before a place. */
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
