import type { Table } from "@lancedb/lancedb";
import { documentLength, joinTerms, type Analyzer } from "@mem/search";
import type { Arrow } from "./native-module.ts";
import { readRows } from "./row-queries.ts";
import { rowTable } from "./row-table.ts";
import type { Row } from "./row.ts";
import { quote } from "./sql.ts";
import { vectorLength } from "./table-schema.ts";

const ROWS_AT_ONCE = 1_000;

/** Makes the terms of every row anew, after a release or an option changed how text is analysed. */
export async function analyzeAgain(table: Table, analyzer: Analyzer, arrow: Arrow): Promise<void> {
  const dimensions = await vectorLength(table);
  let after = "";
  for (;;) {
    const ids: Pick<Row, "id">[] = await table
      .query()
      .where(`id > ${quote(after)}`)
      .orderBy({ columnName: "id", ascending: true })
      .select(["id"])
      .limit(ROWS_AT_ONCE)
      .toArray();
    const last = ids.at(-1);
    if (last === undefined) return;
    const rows = await readRows(
      table,
      ids.map(({ id }) => id),
    );
    const renewed = rows.map((row) => {
      const terms = analyzer.analyze(row.text);
      return { ...row, terms: joinTerms(terms), length: documentLength(terms) };
    });
    await table
      .mergeInsert("id")
      .whenMatchedUpdateAll()
      .execute(rowTable(arrow, renewed, dimensions));
    after = last.id;
  }
}
