import {
  loadArrow,
  loadLanceDb,
  type ArrowResult,
  type ArrowSchema,
  type LanceTable,
} from "../long-term/lancedb.ts";
import {
  AGENT,
  bucketAt,
  keyOf,
  rareAt,
  vectorOf,
  type Collection,
  type Question,
  type Selection,
} from "./collection.ts";
import { TOP, type Asking, type Contestant } from "./contestant.ts";
import { textAt } from "./texts.ts";

/*
 * LanceDB by itself, used with care: typed columns, and an index on everything that is asked for.
 */

const NAME = "entries";
const BATCH = 20_000;
const SHOWN = ["id", "text", "bucket", "rare"];

export async function openRaw(folder: string): Promise<Contestant> {
  const connection = await loadLanceDb().connect(folder, { readConsistencyInterval: 0 });
  const table = await connection.openTable(NAME);
  return {
    ask: (question, asking) =>
      asking.mode === "keyword"
        ? byWords(table, question, asking)
        : byVector(table, question, asking),
  };
}

async function byWords(
  table: LanceTable,
  question: Question,
  { selection, candidates }: Asking,
): Promise<string[]> {
  const result = await table
    .query()
    .fullTextSearch(question.text, { columns: "text" })
    .where(conditionFor(question, selection))
    .select(candidates === undefined ? [...SHOWN, "_score"] : ["id", "text", "_score"])
    .limit(candidates ?? TOP)
    .toArrow();
  return firstIds(result);
}

async function byVector(
  table: LanceTable,
  question: Question,
  { selection, effort }: Asking,
): Promise<string[]> {
  const query = table
    .query()
    .nearestTo(question.vector)
    .distanceType("cosine")
    .where(conditionFor(question, selection))
    .select([...SHOWN, "_distance"])
    .limit(TOP);
  if (effort === undefined) query.bypassVectorIndex();
  else query.nprobes(effort.partitions).refineFactor(effort.refined);
  return firstIds(await query.toArrow());
}

function firstIds(result: ArrowResult): string[] {
  const ids = result.getChild("id");
  return Array.from({ length: Math.min(TOP, result.numRows) }, (_, row) => String(ids?.get(row)));
}

function conditionFor({ bucket, rare }: Question, selection: Selection): string {
  const scope = `tenant = 'default' AND agent = '${AGENT}'`;
  if (selection === "all") return scope;
  return `${scope} AND ${selection === "1%" ? `bucket = ${bucket}` : `rare = ${rare}`}`;
}

/** Makes the table of a collection with its indexes; that of the vectors is the one that our store makes. */
export async function fillRaw(folder: string, collection: Collection): Promise<void> {
  const lancedb = loadLanceDb();
  const { Index } = lancedb;
  const connection = await lancedb.connect(folder, { readConsistencyInterval: 0 });
  const table = await connection.createEmptyTable(NAME, schemaFor(collection));
  for (let from = 0; from < collection.count; from += BATCH) {
    await table.add(batchOf(from, Math.min(BATCH, collection.count - from), collection));
  }
  await table.optimize({ cleanupOlderThan: new Date() });
  await table.createIndex("text", { config: Index.fts() });
  for (const column of ["tenant", "agent", "bucket"]) {
    await table.createIndex(column, { config: Index.bitmap() });
  }
  for (const column of ["id", "rare"]) await table.createIndex(column, { config: Index.btree() });
  const vectors = Index.ivfRq({ numBits: 4, distanceType: "cosine" });
  await table.createIndex("vector", { config: vectors });
}

function schemaFor({ dimensions }: Collection): ArrowSchema {
  const { Field, FixedSizeList, Float32, Int32, Schema, Utf8 } = loadArrow();
  return new Schema([
    ...["id", "tenant", "agent", "text"].map((name) => new Field(name, new Utf8(), false)),
    ...["bucket", "rare"].map((name) => new Field(name, new Int32(), false)),
    new Field(
      "vector",
      new FixedSizeList(dimensions, new Field("item", new Float32(), true)),
      true,
    ),
  ]);
}

/** Column by column, which is the fastest way from JavaScript. */
function batchOf(from: number, length: number, collection: Collection): unknown {
  const { makeData, vectorFromArray, Struct, RecordBatch, Table, Float32 } = loadArrow();
  const schema = schemaFor(collection);
  const vectors = new Float32Array(length * collection.dimensions);
  for (let i = 0; i < length; i++) {
    vectors.set(vectorOf(from + i, collection), i * collection.dimensions);
  }
  const columns: Readonly<Record<string, (place: number) => unknown>> = {
    id: keyOf,
    tenant: () => "default",
    agent: () => AGENT,
    text: textAt,
    bucket: bucketAt,
    rare: rareAt,
  };
  const children = schema.fields.map(({ name, type }) => {
    const column = columns[name];
    if (column === undefined) {
      const child = makeData({ type: new Float32(), data: vectors });
      return makeData({ type, length, nullCount: 0, child });
    }
    return vectorFromArray(
      Array.from({ length }, (_, i) => column(from + i)),
      type,
    ).data[0];
  });
  const type = new Struct(schema.fields);
  const data = makeData({ type, length, nullCount: 0, children });
  return new Table(schema, new RecordBatch(schema, data));
}
