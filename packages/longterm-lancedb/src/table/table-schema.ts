import type { Field, FixedSizeList, Schema } from "apache-arrow";
import type { IndexOptions, Table } from "@lancedb/lancedb";
import type { Arrow, LanceDb, NativeModules } from "./native-module.ts";
import type { Row } from "./row.ts";

const REQUIRED = [
  "id",
  "tenant",
  "workflow",
  "agent",
  "value",
  "text",
  "terms",
  "version",
  "source",
  "hash",
  "content",
] as const satisfies readonly (keyof Row)[];

const OPTIONAL = [
  "metadata",
  "sequence",
  "op_id",
  "subject",
  "derived_from",
  "vector_hash",
] as const satisfies readonly (keyof Row)[];

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

/** Gives a table of the first format the columns that it lacks, empty. */
export async function addMissingColumns(table: Table): Promise<void> {
  const { fields } = await table.schema();
  const missing = [
    { name: "content", valueSql: "''" },
    { name: "facets", valueSql: "arrow_cast(NULL, 'List(Int32)')" },
    { name: "passage_vectors", valueSql: "arrow_cast(NULL, 'Binary')" },
  ].filter((column) => !fields.some(({ name }) => name === column.name));
  if (missing.length > 0) await table.addColumns(missing);
}

/** Gives a table that was made without an embedder its column for vectors: all of them to come. */
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

/** Puts the keys and the index on an empty table that every store has from the start. */
export async function prepareTable(table: Table, { lancedb }: NativeModules): Promise<void> {
  await table.setUnenforcedPrimaryKey("id");
  await indexTerms(table, lancedb);
}

/** Makes the index that finds rows by the terms of their text. */
export async function indexTerms(table: Table, lancedb: LanceDb): Promise<void> {
  await table.createIndex("terms", termIndex(lancedb));
}

/** Splits at spaces and changes nothing: the terms are finished. The longest has 192 bytes. */
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
