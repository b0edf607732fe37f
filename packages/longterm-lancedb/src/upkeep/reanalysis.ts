import type { Table } from "@lancedb/lancedb";
import { documentLength, joinTerms, type Analyzer } from "@mem/search";
import { textIn } from "../table/packed-row.ts";
import { readRows } from "../table/row-queries.ts";
import type { Row } from "../table/row.ts";
import { quote } from "../table/sql.ts";

const ROWS_AT_ONCE = 1_000;

/** Returns a function that makes a row's terms anew, after a release or an option changed how text is analysed. */
export function analyzedBy(analyzer: Analyzer): (row: Row) => Row {
  return (row) => {
    const terms = analyzer.analyze(textIn(row.entry));
    return { ...row, terms: joinTerms(terms), length: documentLength(terms) };
  };
}

/** Replaces every row by its renewed form, in batches; `replace` writes them. */
export async function replaceRows(
  table: Table,
  renewed: (row: Row) => Row,
  replace: (rows: readonly Row[]) => Promise<void>,
): Promise<void> {
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
    await replace(rows.map(renewed));
    after = last.id;
  }
}
