import type { Table } from "@lancedb/lancedb";
import type { LanceDb } from "./native-module.ts";
import { HAS_VECTOR } from "./sql.ts";

/** Below this, LanceDB reads every row as fast as it reads an index. */
const INDEXED_ROWS = 10_000;
/** Below this, comparing every vector is fast enough, and exact. */
const INDEXED_VECTORS = 65_536;

/** Makes the indexes that a table of this size needs and does not have yet. */
export async function ensureIndexes(table: Table, { Index }: LanceDb): Promise<void> {
  const rows = await table.countRows();
  if (rows < INDEXED_ROWS) return;
  const indexed = await indexedColumns(table);
  const scalar = [
    ["id", Index.btree()],
    ["tenant", Index.bitmap()],
    ["agent", Index.bitmap()],
    // Each run of a team has its own: far more than a bitmap is made for.
    ["workflow", Index.btree()],
    ["sequence", Index.btree()],
    ["facets", Index.labelList()],
  ] as const;
  for (const [column, config] of scalar) {
    if (!indexed.has(column)) await table.createIndex(column, { config });
  }
  if (rows < INDEXED_VECTORS || indexed.has("vector")) return;
  const { fields } = await table.schema();
  if (!fields.some(({ name }) => name === "vector")) return;
  if ((await table.countRows(HAS_VECTOR)) < INDEXED_VECTORS) return;
  const config = Index.ivfRq({ numBits: 4, distanceType: "cosine" });
  await table.createIndex("vector", { config });
}

export async function indexedColumns(table: Table): Promise<ReadonlySet<string>> {
  return new Set((await table.listIndices()).flatMap(({ columns }) => columns));
}
