import {
  compareCodePoints,
  matchesFilter,
  MemoryError,
  type JsonObject,
  type ListRequest,
  type LongTermEntry,
  type Page,
  type Scope,
} from "@mem/core";
import type { Slice, SliceEntry } from "../log/overlay.ts";
import { copyEntry, lacksTime, parseMetadata, toUnflushedEntry } from "../table/row-conversion.ts";
import { findEntries } from "../table/row-queries.ts";
import { keyOfId, type Row } from "../table/row.ts";
import { inKeys } from "../table/sql.ts";
import type { View } from "./view.ts";

/** How many keys are looked at for one page; if few of them meet a filter, the page is shorter. */
const KEYS_AT_ONCE = 1_000;

type KeyRow = Pick<Row, "id"> & Partial<Pick<Row, "metadata">>;

/** An entry that may be on the page. */
interface Listed {
  readonly id: string;
  readonly key: string;
  /** Absent: it is in the table. */
  readonly unflushed?: SliceEntry;
  readonly metadata: JsonObject | undefined;
}

/** One page of a scope, by key. LanceDB orders text by its UTF-8 bytes, which is the order of code points. */
export async function listPage(
  view: View,
  scope: Scope,
  request: ListRequest,
): Promise<Page<LongTermEntry>> {
  const { prefix, filter, cursor, limit } = request;
  const after = cursor === undefined ? undefined : decodeCursor(cursor);
  const slice = view.overlay.inScope(scope);
  const changes = changesIn(slice, prefix, after);
  const atMost = filter === undefined ? limit : Math.max(limit, KEYS_AT_ONCE);
  // Rows that no longer count take up places: as many more are read, within a bound.
  const looked = atMost + Math.min(changes.length, KEYS_AT_ONCE);
  const rows = slice.isCleared(scope)
    ? []
    : await readKeys(view, inKeys(scope, prefix, after), looked + 1, filter !== undefined);
  // One extra row tells whether the table has more; if so, unflushed entries count only as far as the rows reach.
  const end = rows.length > looked ? keyOfId(rows[looked - 1]?.id ?? "") : undefined;
  const listed = merge(rows.slice(0, looked), slice, changes, end);
  const passing =
    filter === undefined
      ? listed
      : listed.filter(({ metadata }) => matchesFilter(filter, metadata));
  const chosen = passing.slice(0, limit);
  const items = await entriesOf(view, chosen);
  const last = passing.length > limit ? chosen.at(-1)?.key : end;
  return last === undefined ? { items } : { items, cursor: encodeCursor(last) };
}

/** The changes of the requested keys. */
function changesIn({ entries }: Slice, prefix = "", after: string | undefined): SliceEntry[] {
  return [...entries.values()].filter(
    ({ changed: { key } }) =>
      key.startsWith(prefix) && (after === undefined || compareCodePoints(key, after) > 0),
  );
}

function readKeys(
  { table }: View,
  condition: string,
  limit: number,
  withMetadata: boolean,
): Promise<KeyRow[]> {
  return table
    .query()
    .where(condition)
    .orderBy({ columnName: "id", ascending: true })
    .select(withMetadata ? ["id", "metadata"] : ["id"])
    .limit(limit)
    .toArray();
}

/** Merges rows and changes in the order of keys, up to `end`. */
function merge(
  rows: readonly KeyRow[],
  slice: Slice,
  changes: readonly SliceEntry[],
  end: string | undefined,
): Listed[] {
  const listed: Listed[] = [];
  for (const { id, metadata } of rows) {
    if (slice.entries.has(id)) continue;
    listed.push({ id, key: keyOfId(id), metadata: parseMetadata(metadata) });
  }
  for (const unflushed of changes) {
    const { changed, entry } = unflushed;
    const { id, key } = changed;
    if (entry === undefined || (end !== undefined && compareCodePoints(key, end) > 0)) continue;
    listed.push({ id, key, unflushed, metadata: entry.write.metadata });
  }
  return listed.toSorted((a, b) => compareCodePoints(a.key, b.key));
}

async function entriesOf(view: View, listed: readonly Listed[]): Promise<LongTermEntry[]> {
  const timeless = listed.flatMap(({ unflushed }) =>
    unflushed !== undefined && lacksTime(unflushed) ? [unflushed.changed] : [],
  );
  if (timeless.length > 0) await view.learn(timeless);
  const ids = listed.flatMap(({ id, unflushed }) => (unflushed === undefined ? [id] : []));
  const found = await findEntries(view, ids);
  return listed.flatMap(({ id, unflushed }) => {
    if (unflushed?.entry) return [toUnflushedEntry(unflushed.changed, unflushed.entry)];
    const row = found.get(id);
    return row === undefined ? [] : [copyEntry(row.entry)];
  });
}

const CURSOR = /^key-([\w-]+)$/;

function encodeCursor(key: string): string {
  return `key-${Buffer.from(key, "utf8").toString("base64url")}`;
}

function decodeCursor(cursor: string): string {
  const encoded = CURSOR.exec(cursor)?.[1];
  if (encoded !== undefined) {
    const key = Buffer.from(encoded, "base64url").toString("utf8");
    if (encodeCursor(key) === cursor) return key;
  }
  throw new MemoryError(
    "MEM_INVALID_ARGUMENT",
    "request.cursor is not one that this store gave out",
    { path: "request.cursor" },
  );
}
