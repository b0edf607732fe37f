import { MemoryError } from "@mem/core";

/** A cursor is the last name of its page, so inserts and deletes between pages don't matter. */
export function encodeCursor(kind: "entry" | "workflow", name: string): string {
  return Buffer.from(`redis-${kind}:${name}`).toString("base64url");
}

export function decodeCursor(kind: "entry" | "workflow", cursor: string): string {
  const text = Buffer.from(cursor, "base64url").toString();
  const name = text.slice(text.indexOf(":") + 1);
  // Decoding skips characters that are not base64, so only a cursor that encodes back to itself is valid.
  if (name !== "" && encodeCursor(kind, name) === cursor) return name;
  throw new MemoryError("MEM_INVALID_ARGUMENT", "cursor was not given by this listing", {
    path: "cursor",
  });
}
