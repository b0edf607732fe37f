import { MemoryError, type HistoryRequest, type Page, type Revision, type Scope } from "@mem/core";
import { readBefore, readFirst, readHistory, toRows, type HistoryView } from "./history-reader.ts";
import { clearingIds, isPlace, toRevision, type HistoryRow } from "./history-row.ts";
import type { OpenedStore } from "../folder/opened-store.ts";
import { rowId } from "../table/row.ts";

/** How many rows are read at once: the fewest and the most. */
const FEWEST_ROWS = 16;
const MOST_ROWS = 256;

/** One page of an entry's revisions, newest first; `undefined` if there is no history. */
export async function historyPage(
  opened: OpenedStore,
  scope: Scope,
  key: string,
  { limit, cursor }: HistoryRequest,
): Promise<Page<Revision> | undefined> {
  const before = cursor === undefined ? undefined : decodeCursor(cursor);
  const id = rowId(scope, key);
  const ids = [id, ...clearingIds(scope)];
  return readHistory(opened, ids, async (view) => {
    const items: Revision[] = [];
    let last = "";
    for await (const row of revisionRows(view, ids, before, limit)) {
      if (items.length === limit) return { items, cursor: encodeCursor(last) };
      items.push(toRevision(row));
      last = row.place;
    }
    return { items };
  });
}

/**
 * The revisions of an entry before a place, newest first. `ids`: the entry's own id and those of the clearings that can
 * end it. A deletion or clearing that ended nothing is left out. `expected`: about how many revisions will be read.
 */
export async function* revisionRows(
  view: HistoryView,
  ids: readonly string[],
  before: string | undefined,
  expected: number,
): AsyncGenerator<HistoryRow> {
  let ending: HistoryRow | undefined;
  for await (const row of newestFirst(view, ids, before, expected)) {
    if (row.kind !== "entry") {
      // Of several endings in a row, the oldest ended the entry.
      ending = row;
      continue;
    }
    if (ending !== undefined) yield ending;
    ending = undefined;
    yield row;
  }
}

/**
 * Everything that happened to these ids before a place, newest first: what is not in the table yet, what is, and what
 * was there when the history began.
 */
async function* newestFirst(
  view: HistoryView,
  ids: readonly string[],
  before: string | undefined,
  expected: number,
): AsyncGenerator<HistoryRow> {
  const isBefore = ({ place }: { readonly place: string }): boolean =>
    before === undefined || place < before;
  const unflushed = await toRows(view, view.changes.filter(isBefore));
  yield* unflushed.toSorted((a, b) => (a.place < b.place ? 1 : -1));
  const atOnce = Math.min(Math.max(expected + 1, FEWEST_ROWS), MOST_ROWS);
  let from = before;
  for (;;) {
    const rows = await readBefore(view, ids, from, atOnce);
    yield* rows;
    if (rows.length < atOnce) break;
    from = rows.at(-1)?.place;
  }
  const first = await readFirst(view, ids);
  yield* first.filter(isBefore);
}

const PREFIX = "revision-";

function encodeCursor(place: string): string {
  return `${PREFIX}${place}`;
}

function decodeCursor(cursor: string): string {
  const place = cursor.slice(PREFIX.length);
  if (cursor.startsWith(PREFIX) && isPlace(place)) return place;
  throw new MemoryError(
    "MEM_INVALID_ARGUMENT",
    "request.cursor is not one that this store gave out",
    { path: "request.cursor" },
  );
}
