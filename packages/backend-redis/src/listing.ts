import {
  compareCodePoints,
  matchesFilter,
  type Entry,
  type ListRequest,
  type Page,
} from "@mem/core";
import { decodeCursor, encodeCursor } from "./cursor.ts";

/**
 * What a script read from one home: the last key it looked at if there may be more (else empty), then key and envelope
 * in turn.
 */
export type StoredPage = readonly [horizon: string, ...pairs: string[]];

/** Maximum number of entries in a page. */
const MAX_PAGE = 1000;
/** With a filter, at least this many entries are scanned; otherwise most pages would be empty. */
const MIN_FILTERED_PAGE = 100;

/** Returns the arguments of the list script, and how many entries the page may have. */
export function pageRequest({ prefix = "", filter, cursor, limit }: ListRequest): {
  readonly args: readonly string[];
  readonly size: number;
} {
  const size = Math.min(limit, MAX_PAGE);
  const scanned = filter === undefined ? size + 1 : Math.max(size + 1, MIN_FILTERED_PAGE);
  const after = cursor === undefined ? undefined : decodeCursor("entry", cursor);
  const isWithin = after !== undefined && compareCodePoints(after, prefix) >= 0;
  return { args: [isWithin ? `(${after}` : `[${prefix}`, prefix, String(scanned)], size };
}

/**
 * Merges the two homes of a scope into one page. A home that has more than it returned is known only up to its last
 * key: entries of the other home beyond that wait for the next page.
 */
export function mergePages(
  { filter }: ListRequest,
  size: number,
  pages: readonly StoredPage[],
  read: (key: string, envelope: string) => Entry | undefined,
): Page<Entry> {
  const horizons = pages.map(([last]) => last).filter((key) => key !== "");
  const horizon = horizons.toSorted(compareCodePoints)[0];
  const items: Entry[] = [];
  for (const { key, envelope } of pages.flatMap(pairs).toSorted(byKey)) {
    if (horizon !== undefined && compareCodePoints(key, horizon) > 0) break;
    const entry = read(key, envelope);
    if (entry === undefined) continue;
    if (filter !== undefined && !matchesFilter(filter, entry.metadata)) continue;
    if (items.length === size) {
      return { items, cursor: encodeCursor("entry", items.at(-1)!.key) };
    }
    items.push(entry);
  }
  return horizon === undefined ? { items } : { items, cursor: encodeCursor("entry", horizon) };
}

interface Found {
  readonly key: string;
  readonly envelope: string;
}

function pairs(page: StoredPage): Found[] {
  const found: Found[] = [];
  for (let i = 1; i + 1 < page.length; i += 2) {
    found.push({ key: page[i] as string, envelope: page[i + 1] as string });
  }
  return found;
}

function byKey(a: Found, b: Found): number {
  return compareCodePoints(a.key, b.key);
}
