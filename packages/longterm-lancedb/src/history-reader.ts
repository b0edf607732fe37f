import type { Table } from "@lancedb/lancedb";
import type { LongTermEntry, Scope } from "@mem/core";
import type { HistoryState } from "./base-file.ts";
import {
  checkMark,
  clearingIds,
  toFirstRow,
  toHistoryRow,
  toRevision,
  type AcceptedChange,
  type HistoryMark,
  type HistoryRow,
} from "./history-row.ts";
import { HISTORY_COLUMNS, MARK_COLUMNS } from "./history-table.ts";
import { HISTORY_NAME } from "./location.ts";
import type { OpenedStore } from "./opened-store.ts";
import { conditionsOn, readStored } from "./row-queries.ts";
import { ENTRY_COLUMNS, rowId, type EntryRow } from "./row.ts";
import { all, columnIn, idIn, quote } from "./sql.ts";

const PLACES_AT_ONCE = 1_000;

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

/** The entry of each key as it was at a time. */
export async function entriesAsOf(
  opened: OpenedStore,
  scope: Scope,
  keys: readonly string[],
  asOf: number,
): Promise<(LongTermEntry | undefined)[]> {
  const ids = keys.map((key) => rowId(scope, key));
  const clearings = clearingIds(scope);
  const all = [...ids, ...clearings];
  const found = await readHistory(opened, all, async (view) => {
    const latest = await latestOf(view, all, asOf);
    const ended =
      clearings
        .map((id) => latest.get(id)?.place ?? "")
        .toSorted()
        .at(-1) ?? "";
    const rows = await readStates(view, ids, latest, ended);
    return ids.map((id) => {
      const row = rows.get(id);
      return row === undefined ? undefined : toRevision(row).entry;
    });
  });
  return found ?? keys.map(() => undefined);
}

/** The last that happened by a time to each of these ids, in the order of the log. */
async function latestOf(
  { history, changes }: HistoryView,
  ids: readonly string[],
  asOf: number,
): Promise<Map<string, HistoryMark | AcceptedChange>> {
  const latest = new Map<string, HistoryMark | AcceptedChange>();
  const take = (one: HistoryMark | AcceptedChange): void => {
    const before = latest.get(one.id);
    if (one.at <= asOf && (before === undefined || before.place < one.place)) {
      latest.set(one.id, one);
    }
  };
  for (const condition of conditionsOn(ids)) {
    // The time is compared here, so that a damaged one is noticed.
    const rows = history
      .query()
      .where(condition)
      .select([...MARK_COLUMNS]);
    for await (const batch of rows) {
      for (let i = 0; i < batch.numRows; i++) {
        take(checkMark(batch.get(i)?.toJSON() as unknown as HistoryMark));
      }
    }
  }
  changes.forEach(take);
  return latest;
}

/** The rows of those that are there: after everything of their scope `ended`, and not deleted. */
async function readStates(
  view: HistoryView,
  ids: readonly string[],
  latest: ReadonlyMap<string, HistoryMark | AcceptedChange>,
  ended: string,
): Promise<Map<string, HistoryRow>> {
  const states = new Map<string, HistoryRow>();
  const inTable: HistoryMark[] = [];
  const unflushed: AcceptedChange[] = [];
  const unchanged: string[] = [];
  for (const id of ids) {
    const last = latest.get(id);
    if (last === undefined) {
      if (ended === "") unchanged.push(id);
    } else if (last.kind === "entry" && last.place > ended) {
      if ("history_hash" in last) inTable.push(last);
      else unflushed.push(last);
    }
  }
  for (const row of await readPlaces(view.history, inTable)) states.set(row.id, row);
  for (const row of await readFirst(view, unchanged)) states.set(row.id, row);
  for (const row of await toRows(view, unflushed)) states.set(row.id, row);
  return states;
}

async function readPlaces(history: Table, marks: readonly HistoryMark[]): Promise<HistoryRow[]> {
  const rows: HistoryRow[] = [];
  for (let i = 0; i < marks.length; i += PLACES_AT_ONCE) {
    const asked = marks.slice(i, i + PLACES_AT_ONCE);
    const ids = asked.map(({ id }) => id);
    const places = asked.map(({ place }) => place);
    const found: HistoryRow[] = await history
      .query()
      .where(all(idIn(ids), columnIn("place", places)))
      .select([...HISTORY_COLUMNS])
      .toArray();
    rows.push(...found);
  }
  return rows;
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
