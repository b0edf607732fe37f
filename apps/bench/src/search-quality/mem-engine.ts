import { createMemoryBackend } from "@mem/backend-memory";
import {
  MemoryManager,
  type Embedder,
  type LongTermStore,
  type SearchSimilarOptions,
} from "@mem/core";
import { createJsonStore } from "@mem/longterm-json";
import { createLanceDbStore } from "@mem/longterm-lancedb";
import { Scratch } from "../long-term/scratch.ts";
import type { DataSet } from "../data/data-set.ts";
import type { Engine } from "./engine.ts";
import { DEPTH } from "./metrics.ts";

export type StoreName = "lancedb" | "json";

/** How a search is made; everything else has its default. */
export type Asking = Pick<SearchSimilarOptions, "mode" | "neighbours">;

/** A set in one store, behind the manager: each scope of it is an agent. */
export interface FilledMemory extends AsyncDisposable {
  /** An engine that asks the set's queries in one way. */
  asking(asking: Asking): Engine;
}

const STORES: Readonly<
  Record<StoreName, (path: string, embedder: Embedder | undefined) => LongTermStore>
> = {
  lancedb: (path, embedder) => createLanceDbStore({ uri: path, ...(embedder && { embedder }) }),
  json: (path, embedder) =>
    createJsonStore({ path: `${path}.json`, ...(embedder && { embedder }) }),
};

/** Saves every document as an agent would, and waits until each has its vector. */
export async function fillMemory(
  store: StoreName,
  data: DataSet,
  embedder?: Embedder,
): Promise<FilledMemory> {
  await using stack = new AsyncDisposableStack();
  const scratch = stack.use(new Scratch());
  const memory = stack.use(
    new MemoryManager({
      shortTerm: createMemoryBackend(),
      longTerm: STORES[store](scratch.path(store), embedder),
    }),
  );
  for (const [agentId, docs] of Map.groupBy(data.docs, ({ scope }) => scope)) {
    const items = docs.map(({ id, text, sequence }) => ({
      key: id,
      value: { text },
      text,
      ...(sequence && { sequence }),
    }));
    await memory.saveMany(agentId, items, { memoryType: "long_term" });
  }
  await memory.flush();
  const owned = stack.move();
  return {
    asking: (asking) => ({
      search: async ({ scope, text }) => {
        const hits = await memory.searchSimilar(scope, text, { topK: DEPTH, ...asking });
        return hits.map(({ key }) => key);
      },
      [Symbol.asyncDispose]: async () => undefined,
    }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
