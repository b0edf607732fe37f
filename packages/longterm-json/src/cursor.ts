import { MemoryError } from "@mem/core";

const MARK = "after:";

/** A cursor is the last key of its page, so that what comes and goes between two pages does not matter. */
export function encodeCursor(key: string): string {
  return Buffer.from(MARK + key).toString("base64url");
}

export function decodeCursor(cursor: string): string {
  const text = Buffer.from(cursor, "base64url").toString();
  const key = text.slice(MARK.length);
  // Decoding passes over what is no base64: only what encodes back to the same was made here.
  if (text.startsWith(MARK) && encodeCursor(key) === cursor) return key;
  throw new MemoryError("MEM_INVALID_ARGUMENT", "request.cursor was not given by this listing", {
    path: "request.cursor",
  });
}
