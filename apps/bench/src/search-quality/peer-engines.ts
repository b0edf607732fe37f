import type { Embedder } from "@mem/core";
import { loadPeer } from "../../peers/load.ts";
import type { DataSet, Doc } from "../data/data-set.ts";
import type { Engine } from "./engine.ts";
import { DEPTH } from "./metrics.ts";
import { toStem } from "./textbook.ts";

/*
 * Each one with stemming, MiniSearch with the stop words of the textbook, and with a separate index for each scope,
 * which is the best that they can do about scopes.
 */

export async function miniSearch(data: DataSet): Promise<Engine> {
  const { default: MiniSearch } = await loadPeer<MiniSearchModule>("minisearch");
  const indexes = byScope(data, (docs) => {
    const index = new MiniSearch({
      fields: ["text"],
      processTerm: (term) => toStem(term.toLowerCase()),
    });
    index.addAll(docs);
    return index;
  });
  return {
    search: async ({ scope, text }) =>
      (indexes.get(scope)?.search(text) ?? []).slice(0, DEPTH).map(({ id }) => id),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

export async function orama(data: DataSet): Promise<Engine> {
  const { create, insertMultiple, search } = await loadPeer<OramaModule>("@orama/orama");
  const databases = byScope(data, async (docs) => {
    const database = create({
      schema: { text: "string" },
      components: { tokenizer: { language: "english", stemming: true } },
    });
    await insertMultiple(
      database,
      docs.map(({ id, text }) => ({ id, text })),
      docs.length,
    );
    return database;
  });
  return {
    search: async ({ scope, text }) => {
      const { hits } = await search(await databases.get(scope), { term: text, limit: DEPTH });
      return hits.map(({ id }) => id);
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

/** LangGraph's vector search, with a namespace for each scope. */
export async function langGraph(data: DataSet, embedder: Embedder): Promise<Engine> {
  const { InMemoryStore } = await loadPeer<LangGraph>("@langchain/langgraph-checkpoint");
  const embed = async (texts: readonly string[], kind: "document" | "query"): Promise<number[][]> =>
    (await embedder.embed(texts, { kind })).map((vector) => [...vector]);
  const store = new InMemoryStore({
    index: {
      dims: embedder.dimensions,
      fields: ["text"],
      embeddings: {
        embedDocuments: (texts: string[]) => embed(texts, "document"),
        embedQuery: async (text: string) => (await embed([text], "query"))[0] ?? [],
      },
    },
  });
  const puts = data.docs.map(({ id, scope, text }) => ({
    namespace: [scope],
    key: id,
    value: { text },
  }));
  await store.batch(puts);
  return {
    search: async ({ scope, text }) =>
      (await store.search([scope], { query: text, limit: DEPTH })).map(({ key }) => key),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function byScope<T>({ docs }: DataSet, make: (docs: readonly Doc[]) => T): ReadonlyMap<string, T> {
  return new Map(
    Array.from(
      Map.groupBy(docs, ({ scope }) => scope),
      ([scope, own]) => [scope, make(own)],
    ),
  );
}

interface Found {
  readonly id: string;
}

interface MiniSearchModule {
  readonly default: new (options: {
    readonly fields: readonly string[];
    readonly processTerm: (term: string) => string | undefined;
  }) => { addAll(docs: readonly Doc[]): void; search(text: string): readonly Found[] };
}

interface OramaModule {
  readonly create: (options: object) => object;
  readonly insertMultiple: (
    database: object,
    docs: readonly object[],
    batch: number,
  ) => Promise<unknown>;
  readonly search: (
    database: object | undefined,
    options: { readonly term: string; readonly limit: number },
  ) => Promise<{ readonly hits: readonly Found[] }>;
}

interface LangGraph {
  readonly InMemoryStore: new (options: object) => {
    batch(operations: readonly object[]): Promise<unknown>;
    search(
      namespace: readonly string[],
      options: { readonly query: string; readonly limit: number },
    ): Promise<readonly { readonly key: string }[]>;
  };
}
