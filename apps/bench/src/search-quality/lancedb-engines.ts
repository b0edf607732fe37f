import type { Embedder } from "@mem/core";
import type { DataSet } from "../data/data-set.ts";
import { loadArrow, loadLanceDb, type LanceTable } from "../long-term/lancedb.ts";
import { Scratch } from "../long-term/scratch.ts";
import type { Engine } from "./engine.ts";
import { DEPTH } from "./metrics.ts";

/*
 * LanceDB by itself, as its own documentation shows it: one table for all scopes, a condition on the scope, and
 * defaults for everything else.
 */

/** LanceDB's full-text index, which by default stems and leaves out English stop words. */
export async function lanceDbFullText(data: DataSet): Promise<Engine> {
  const { table, stack, loaded } = await fillTable(data);
  await table.createIndex("text", { config: loaded.Index.fts() });
  return {
    search: async ({ scope, text }) => {
      const found = table.query().fullTextSearch(text, { columns: "text" });
      return idsOf(found.where(inScope(scope)).select(["id", "_score"]).limit(DEPTH));
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** LanceDB's vector index. */
export async function lanceDbVectors(data: DataSet, embedder: Embedder): Promise<Engine> {
  const { table, stack } = await fillTable(data, embedder);
  await table.createIndex("vector");
  return {
    search: async ({ scope, text }) => {
      const [vector] = await embedder.embed([text], { kind: "query" });
      const found = table.query().nearestTo(vector as Float32Array);
      return idsOf(found.where(inScope(scope)).select(["id", "_distance"]).limit(DEPTH));
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function fillTable(
  { docs }: DataSet,
  embedder?: Embedder,
): Promise<{
  readonly table: LanceTable;
  readonly stack: AsyncDisposableStack;
  readonly loaded: ReturnType<typeof loadLanceDb>;
}> {
  await using stack = new AsyncDisposableStack();
  const scratch = stack.use(new Scratch());
  const loaded = loadLanceDb();
  const { Field, FixedSizeList, Float32, Schema, Utf8 } = loadArrow();
  const schema = new Schema([
    ...["id", "scope", "text"].map((name) => new Field(name, new Utf8(), false)),
    ...(embedder === undefined
      ? []
      : [
          new Field(
            "vector",
            new FixedSizeList(embedder.dimensions, new Field("item", new Float32(), true)),
            true,
          ),
        ]),
  ]);
  const connection = await loaded.connect(scratch.path("table"), { readConsistencyInterval: 0 });
  const table = await connection.createEmptyTable("docs", schema);
  const texts = docs.map(({ text }) => text);
  const vectors = await embedder?.embed(texts, { kind: "document" });
  const rows = docs.map(({ id, scope, text }, i) => ({
    id,
    scope,
    text,
    ...(vectors && { vector: vectors[i] }),
  }));
  await table.add(loaded.makeArrowTable(rows, { schema }));
  return { table, stack: stack.move(), loaded };
}

function inScope(scope: string): string {
  return `scope = '${scope.replaceAll("'", "''")}'`;
}

async function idsOf(query: {
  toArray(): Promise<readonly Readonly<Record<string, unknown>>[]>;
}): Promise<string[]> {
  return (await query.toArray()).map(({ id }) => String(id));
}
