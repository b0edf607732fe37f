import type { Table } from "@lancedb/lancedb";
import type { LongTermEntry, Scope } from "@mem/core";
import { readFirst, readHistory, toRows, type HistoryView } from "./history-reader.ts";
import {
  checkMark,
  clearingIds,
  toRevision,
  type AcceptedChange,
  type HistoryMark,
  type HistoryRow,
} from "./history-row.ts";
import { HISTORY_COLUMNS, MARK_COLUMNS } from "./history-table.ts";
import type { OpenedStore } from "../folder/opened-store.ts";
import { conditionsOn } from "../table/row-queries.ts";
import { rowId } from "../table/row.ts";
import { all, columnIn, idIn } from "../table/sql.ts";

const PLACES_AT_ONCE = 1_000;

/** The entry of each key as it was at a time; `undefined` instead of the list if there is no history. */
export async function entriesAsOf(
  opened: OpenedStore,
  scope: Scope,
  keys: readonly string[],
  asOf: number,
): Promise<(LongTermEntry | undefined)[] | undefined> {
  const ids = keys.map((key) => rowId(scope, key));
  const clearings = clearingIds(scope);
  const every = [...ids, ...clearings];
  return readHistory(opened, every, async (view) => {
    const latest = await latestOf(view, every, asOf);
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
}

/** The last thing that happened to each of these ids up to `asOf`, in log order. */
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
    // The time is compared here, not in the query, so that a damaged one is noticed.
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

/** The rows of the entries that exist: not deleted, and not before `ended`, the last clearing of their scope. */
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
