import { cosine } from "@mem/search";
import type { Embedder } from "@mem/core";
import type { DataSet } from "../data/data-set.ts";
import type { Engine } from "./engine.ts";
import { DEPTH } from "./metrics.ts";
import { textbookBm25 } from "./textbook.ts";

/** As it is usually done: by rank, with equal weights (Cormack, Clarke and Büttcher, 2009, with their k). */
const K = 60;
const RANKED = 100;

export async function rankFusion(data: DataSet, embedder: Embedder): Promise<Engine> {
  const keyword = textbookBm25(data, RANKED);
  const texts = data.docs.map(({ text }) => text);
  const vectors = await embedder.embed(texts, { kind: "document" });
  const scopes = Map.groupBy(data.docs.keys(), (place) => data.docs[place]?.scope);
  const nearest = async (text: string, scope: string): Promise<string[]> => {
    const [asked] = await embedder.embed([text], { kind: "query" });
    return (scopes.get(scope) ?? [])
      .map((place) => ({
        id: data.docs[place]?.id ?? "",
        near: cosine(asked as Float32Array, vectors[place] as Float32Array),
      }))
      .toSorted((a, b) => b.near - a.near)
      .slice(0, RANKED)
      .map(({ id }) => id);
  };
  return {
    search: async (query) =>
      fuseRanks([await keyword.search(query), await nearest(query.text, query.scope)]),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

export function fuseRanks(rankings: readonly (readonly string[])[]): string[] {
  const scores = new Map<string, number>();
  for (const ranking of rankings) {
    for (const [i, id] of ranking.entries()) {
      scores.set(id, (scores.get(id) ?? 0) + 1 / (K + i + 1));
    }
  }
  return [...scores]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, DEPTH)
    .map(([id]) => id);
}
