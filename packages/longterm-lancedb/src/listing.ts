import {
  matchesFilter,
  MemoryError,
  type ListRequest,
  type LongTermEntry,
  type Page,
  type Scope,
} from "@mem/core";
import type { Database } from "./database.ts";
import { parseMetadata, toEntry } from "./row-conversion.ts";
import { readEntries } from "./row-queries.ts";
import { keyOfId, type Row } from "./row.ts";
import { inKeys } from "./sql.ts";

/** How many keys are looked at for one page; where a filter lets few pass, the page is shorter. */
const KEYS_AT_ONCE = 1_000;

type KeyRow = Pick<Row, "id" | "metadata">;

/** One page of a scope, by key. LanceDB orders text by its UTF-8 bytes, which is the order of code points. */
export function listPage(
  database: Database,
  scope: Scope,
  { prefix, filter, cursor, limit }: ListRequest,
): Promise<Page<LongTermEntry>> {
  const condition = inKeys(scope, prefix, cursor === undefined ? undefined : decodeCursor(cursor));
  const atMost = filter === undefined ? limit : Math.max(limit, KEYS_AT_ONCE);
  return database.snapshot(async (table) => {
    // One more than is looked at tells whether there is a next page.
    const rows: KeyRow[] = await table
      .query()
      .where(condition)
      .orderBy({ columnName: "id", ascending: true })
      .select(filter === undefined ? ["id"] : ["id", "metadata"])
      .limit(atMost + 1)
      .toArray();
    const looked = rows.slice(0, atMost);
    const passing =
      filter === undefined
        ? looked
        : looked.filter(({ metadata }) => matchesFilter(filter, parseMetadata(metadata)));
    const chosen = passing.slice(0, limit).map(({ id }) => id);
    const entries = await readEntries(table, chosen);
    const items = chosen.flatMap((id) => {
      const row = entries.get(id);
      return row === undefined ? [] : [toEntry(row)];
    });
    const cut = passing.length > chosen.length;
    const last = cut ? chosen.at(-1) : looked.at(-1)?.id;
    if (last === undefined || (!cut && rows.length <= atMost)) return { items };
    return { items, cursor: encodeCursor(keyOfId(last)) };
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
