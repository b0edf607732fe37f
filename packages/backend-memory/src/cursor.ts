import { MemoryError } from "@mem/core";

const MARK = "after:";

/** A cursor is the last key of its page, so inserts and deletes between pages don't matter. */
export function encodeCursor(key: string): string {
  return Buffer.from(MARK + key).toString("base64url");
}

/** The key to continue after; none without a cursor. Throws for a cursor that was not made here. */
export function decodeCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const text = Buffer.from(cursor, "base64url").toString();
  const key = text.slice(MARK.length);
  // Decoding ignores what is no base64: only what encodes back to the same was made here.
  if (text.startsWith(MARK) && encodeCursor(key) === cursor) return key;
  throw new MemoryError("MEM_INVALID_ARGUMENT", "cursor was not given by this listing", {
    path: "cursor",
  });
}
