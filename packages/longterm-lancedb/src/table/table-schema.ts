import type { Field, FixedSizeList, Schema } from "apache-arrow";
import type { IndexOptions, Table } from "@lancedb/lancedb";
import type { Arrow, LanceDb, NativeModules } from "./native-module.ts";
import type { Row } from "./row.ts";

const REQUIRED = [
  "id",
  "tenant",
  "workflow",
  "agent",
  "entry",
  "terms",
  "version",
  "content",
] as const satisfies readonly (keyof Row)[];

const OPTIONAL = [
  "metadata",
  "sequence",
  "op_id",
  "subject",
  "vector_hash",
] as const satisfies readonly (keyof Row)[];

/** Columns of the first format, which are now packed into one. */
const FORMER: readonly string[] = ["value", "text", "source", "derived_from", "hash"];

/** The table's columns. Spelled out, because LanceDB guesses wrong types and makes everything nullable. */
export function tableSchema(arrow: Arrow, dimensions: number | undefined): Schema {
  const { Binary, Float64, Int32, List, Utf8 } = arrow;
  const fields: Field[] = [
    ...REQUIRED.map((name) => new arrow.Field(name, new Utf8(), false)),
    new arrow.Field("length", new Int32(), false),
    new arrow.Field("created_at", new Float64(), false),
    new arrow.Field("updated_at", new Float64(), false),
    new arrow.Field("position", new Float64(), true),
    ...OPTIONAL.map((name) => new arrow.Field(name, new Utf8(), true)),
    new arrow.Field("facets", new List(new arrow.Field("item", new Int32(), true)), true),
    new arrow.Field("passage_vectors", new Binary(), true),
  ];
  if (dimensions !== undefined)
    fields.push(new arrow.Field("vector", vectorType(arrow, dimensions), true));
  return new arrow.Schema(fields);
}

function vectorType(arrow: Arrow, dimensions: number): FixedSizeList {
  return new arrow.FixedSizeList(dimensions, new arrow.Field("item", new arrow.Float32(), true));
}

/** Adds the columns that a table of the first format lacks, empty. */
export async function addMissingColumns(table: Table): Promise<void> {
  const { fields } = await table.schema();
  const missing = [
    { name: "entry", valueSql: "''" },
    { name: "content", valueSql: "''" },
    { name: "facets", valueSql: "arrow_cast(NULL, 'List(Int32)')" },
    { name: "passage_vectors", valueSql: "arrow_cast(NULL, 'Binary')" },
  ].filter((column) => !fields.some(({ name }) => name === column.name));
  if (missing.length > 0) await table.addColumns(missing);
}

/** Drops the columns of the first format that are not needed any more, once all rows are complete. */
export async function dropFormerColumns(table: Table): Promise<void> {
  const { fields } = await table.schema();
  const former = fields.map(({ name }) => name).filter((name) => FORMER.includes(name));
  if (former.length > 0) await table.dropColumns(former);
}

/** Adds the vector column to a table that was made without an embedder; all its vectors are pending. */
export async function addVectorColumn(table: Table, dimensions: number): Promise<void> {
  const type = `FixedSizeList(${dimensions}, Float32)`;
  await table.addColumns([{ name: "vector", valueSql: `arrow_cast(NULL, '${type}')` }]);
}

/** The length of the table's vectors, if it has any. */
export async function vectorLength(table: Table): Promise<number | undefined> {
  const { fields } = await table.schema();
  const field = fields.find(({ name }) => name === "vector");
  return field === undefined ? undefined : (field.type as FixedSizeList).listSize;
}

/** Sets the primary key of an empty table, and makes the index that every store has from the start. */
export async function prepareTable(table: Table, { lancedb }: NativeModules): Promise<void> {
  await table.setUnenforcedPrimaryKey("id");
  await indexTerms(table, lancedb);
}

/** Makes the index that finds rows by the terms of their text. */
export async function indexTerms(table: Table, lancedb: LanceDb): Promise<void> {
  await table.createIndex("terms", termIndex(lancedb));
}

/** Splits at spaces and changes nothing, because the terms are final. The longest has 192 bytes. */
function termIndex({ Index }: LanceDb): Partial<IndexOptions> {
  return {
    config: Index.fts({
      baseTokenizer: "whitespace",
      maxTokenLength: 256,
      withPosition: false,
      lowercase: false,
      stem: false,
      removeStopWords: false,
      asciiFolding: false,
    }),
  };
}
