import type { Table } from "@lancedb/lancedb";
import { fromStored, type StoredRow } from "./row-queries.ts";
import type { Row } from "./row.ts";

/** Every row that meets a condition (empty: every row), in batches, in the order of the table. */
export async function* scanRows(table: Table, condition: string): AsyncGenerator<Row[]> {
  const query = table.query();
  const batches = condition === "" ? query : query.where(condition);
  for await (const batch of batches) {
    const rows: Row[] = [];
    for (let i = 0; i < batch.numRows; i++) {
      rows.push(fromStored(batch.get(i)?.toJSON() as unknown as StoredRow));
    }
    if (rows.length > 0) yield rows;
  }
}
