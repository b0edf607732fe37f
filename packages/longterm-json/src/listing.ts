import {
  matchesFilter,
  MemoryError,
  type ListRequest,
  type LongTermEntry,
  type Page,
} from "@mem/core";
import type { ScopeEntries } from "./scope-entries.ts";
import { copyEntry } from "./stored-entry.ts";

const MARK = "after:";

/** A cursor is the last key of its page, so inserts and deletes between two pages do not matter. */
function encodeCursor(key: string): string {
  return Buffer.from(MARK + key).toString("base64url");
}

export function decodeCursor(cursor: string): string {
  const text = Buffer.from(cursor, "base64url").toString();
  const key = text.slice(MARK.length);
  // Decoding skips what is not base64: only a cursor that encodes back to the same text was made here.
  if (text.startsWith(MARK) && encodeCursor(key) === cursor) return key;
  throw new MemoryError("MEM_INVALID_ARGUMENT", "request.cursor was not given by this listing", {
    path: "request.cursor",
  });
}

/** One page of the entries of a scope that the request asks for and that come after the key `after`. */
export function pageOf(
  entries: ScopeEntries | undefined,
  { prefix = "", filter, limit }: ListRequest,
  after: string | undefined,
): Page<LongTermEntry> {
  const items: LongTermEntry[] = [];
  for (const { entry } of entries?.from(after, prefix) ?? []) {
    if (filter !== undefined && !matchesFilter(filter, entry.metadata)) continue;
    const last = items.at(-1);
    // One more than fits: there is another page.
    if (last !== undefined && items.length === limit) {
      return { items, cursor: encodeCursor(last.key) };
    }
    items.push(copyEntry(entry));
  }
  return { items };
}
