import type { Table } from "@lancedb/lancedb";
import type { Database } from "../table/database.ts";
import { TABLE_NAME } from "../folder/location.ts";
import { scanRows } from "../table/row-scan.ts";
import { rowTable } from "../table/row-table.ts";
import { ensureIndexes } from "../table/table-indexes.ts";
import { indexTerms, tableSchema, vectorLength } from "../table/table-schema.ts";

/**
 * Writes every row of the table anew, and every index: nothing of what was deleted is in the new files. LanceDB's own
 * compaction leaves deleted rows where few of a file are, and indexes keep what they were made of.
 */
export async function rewriteTable(database: Database, table: Table): Promise<void> {
  const { connection, modules } = database;
  const { arrow, lancedb } = modules;
  const dimensions = await vectorLength(table);
  const before = await database.openVersion(await table.version());
  try {
    const schema = tableSchema(arrow, dimensions);
    const empty = await connection.createEmptyTable(TABLE_NAME, schema, { mode: "overwrite" });
    empty.close();
    await table.setUnenforcedPrimaryKey("id");
    for await (const rows of scanRows(before, "")) {
      await table.add(rowTable(arrow, rows, dimensions));
    }
    await indexTerms(table, lancedb);
    await ensureIndexes(table, lancedb);
  } finally {
    before.close();
  }
}
