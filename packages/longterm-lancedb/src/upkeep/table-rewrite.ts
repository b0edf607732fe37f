import { setImmediate } from "node:timers/promises";
import type { Table } from "@lancedb/lancedb";
import type { Table as ArrowTable } from "apache-arrow";
import type { Database } from "../table/database.ts";
import { TABLE_NAME } from "../folder/location.ts";
import { scanRows } from "../table/row-scan.ts";
import type { Row } from "../table/row.ts";
import { rowTable } from "../table/row-table.ts";
import { ensureIndexes } from "../table/table-indexes.ts";
import { indexTerms, tableSchema, vectorLength } from "../table/table-schema.ts";

/**
 * The most rows and bytes in one commit: each commit slows down the next ones, and its rows are in memory until it is
 * made.
 */
const ROWS_AT_ONCE = 32_768;
const BYTES_AT_ONCE = 64 << 20;
/** Converting this many rows takes some milliseconds. */
const MADE_AT_ONCE = 256;

/** Renews some rows. */
export type Renewal = (rows: readonly Row[]) => readonly Row[];

/**
 * Writes every row of the table and every index anew: nothing that was deleted is in the new files. LanceDB's own
 * compaction leaves deleted rows in files that have few of them, and indexes keep what they were made from.
 * `dimensions`: of the vectors from now on; default: unchanged.
 */
export async function rewriteTable(
  database: Database,
  table: Table,
  renewal: Renewal = (rows) => rows,
  dimensions?: number,
): Promise<void> {
  const { connection, modules } = database;
  const { arrow, lancedb } = modules;
  const length = dimensions ?? (await vectorLength(table));
  const before = await database.openVersion(await table.version());
  try {
    const schema = tableSchema(arrow, length);
    const empty = await connection.createEmptyTable(TABLE_NAME, schema, { mode: "overwrite" });
    empty.close();
    await table.setUnenforcedPrimaryKey("id");
    let open: ArrowTable | undefined;
    let bytes = 0;
    const write = async (): Promise<void> => {
      if (open !== undefined) await table.add(open);
      open = undefined;
      bytes = 0;
    };
    for await (const rows of scanRows(before, "")) {
      for (let i = 0; i < rows.length; i += MADE_AT_ONCE) {
        const made = rowTable(arrow, renewal(rows.slice(i, i + MADE_AT_ONCE)), length);
        open = open?.concat(made) ?? made;
        bytes += bytesOf(made);
        if (open.numRows >= ROWS_AT_ONCE || bytes >= BYTES_AT_ONCE) await write();
        // Lets other work have its turn in between.
        await setImmediate();
      }
    }
    await write();
    await indexTerms(table, lancedb);
    await ensureIndexes(table, lancedb);
  } finally {
    before.close();
  }
}

function bytesOf({ batches }: ArrowTable): number {
  return batches.reduce((sum, { data }) => sum + data.byteLength, 0);
}
