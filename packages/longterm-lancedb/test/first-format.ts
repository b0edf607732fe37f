import type { Table } from "@lancedb/lancedb";
import { loadNativeModules } from "../src/table/native-module.ts";
import { unpackRow } from "../src/table/packed-row.ts";
import { scanRows } from "../src/table/row-scan.ts";
import { arrowTable } from "../src/table/row-table.ts";
import type { EntryRow } from "../src/table/row.ts";

/** Gives a table the columns of the first format, as its release wrote them. */
export async function unpackColumns(table: Table): Promise<void> {
  const { arrow } = await loadNativeModules();
  const rows: EntryRow[] = [];
  for await (const batch of scanRows(table, "")) rows.push(...batch.map(unpackRow));
  await table.addColumns([
    ...["value", "text", "source", "hash"].map((name) => ({ name, valueSql: "''" })),
    { name: "derived_from", valueSql: "cast(NULL as string)" },
  ]);
  const columns = ["id", "value", "text", "source", "hash", "derived_from"];
  const fields = columns.map(
    (name) => new arrow.Field(name, new arrow.Utf8(), name === "derived_from"),
  );
  const unpacked = arrowTable(arrow, new arrow.Schema(fields), rows);
  await table.mergeInsert("id").whenMatchedUpdateAll().execute(unpacked);
  await table.dropColumns(["entry", "content", "facets", "passage_vectors"]);
}
