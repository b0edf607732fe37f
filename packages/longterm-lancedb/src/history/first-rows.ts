import type { Table } from "@lancedb/lancedb";
import { unpackRow } from "../table/packed-row.ts";
import { PACKED_COLUMNS, type EntryRow, type PackedRow } from "../table/row.ts";

type FirstRow = PackedRow & Pick<EntryRow, "version" | "updated_at">;

/**
 * Reads entries of the table as the history keeps them. A damaged entry keeps the hash that it had, or none, so that
 * the damage is noticed in the history, too. Its place in the history does not depend on what can't be read of it.
 */
export async function readFirstRows(table: Table, condition: string): Promise<EntryRow[]> {
  const rows: FirstRow[] = await table
    .query()
    .where(condition)
    .select([...PACKED_COLUMNS, "version", "updated_at"])
    .toArray();
  return rows.map((row) => ({
    ...unpackRow(row),
    version: row.version,
    updated_at: row.updated_at,
  }));
}
