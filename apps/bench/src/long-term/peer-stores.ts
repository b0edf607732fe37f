import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { loadPeer } from "../../peers/load.ts";
import type { Contestant, Opening } from "./contestant.ts";
import { memoryAt, toId } from "./workload.ts";

type Load = typeof loadPeer;

export const MASTRA = "Mastra LibSQLStore";
export const LANGGRAPH = "LangGraph InMemoryStore";

/** Each one is set up as its README describes. */
export const PEER_STORES: Readonly<
  Record<string, (opening: Opening, load: Load) => Promise<Contestant>>
> = {
  [MASTRA]: async ({ folder, filled }, load) => {
    const { LibSQLStore } = await load<Mastra>("@mastra/libsql");
    await mkdir(folder, { recursive: true });
    const store = new LibSQLStore({ id: "bench", url: `file:${join(folder, "memory.db")}` });
    await store.init();
    const memory = await store.getStore("memory");
    const save = (place: number, revision: number): Promise<unknown> => {
      const { scope, key, value, text } = memoryAt(place, revision);
      const now = new Date();
      const state = { metadata: { value }, createdAt: now, updatedAt: now };
      return memory.saveResource({
        resource: { id: toId({ scope, key }), workingMemory: text, ...state },
      });
    };
    for (let place = 0; place < filled; place++) await save(place, 0);
    return {
      save,
      get: async (place) => {
        const resourceId = toId(memoryAt(place, 0));
        return (await memory.getResourceById({ resourceId }))?.metadata["value"];
      },
    };
  },
  [LANGGRAPH]: async ({ filled }, load) => {
    const { InMemoryStore } = await load<LangGraph>("@langchain/langgraph-checkpoint");
    const store = new InMemoryStore();
    const save = (place: number, revision: number): Promise<void> => {
      const { scope, key, value } = memoryAt(place, revision);
      return store.put([scope.tenantId, scope.agentId], key, { value });
    };
    for (let place = 0; place < filled; place++) await save(place, 0);
    return {
      save,
      get: async (place) => {
        const { scope, key } = memoryAt(place, 0);
        return (await store.get([scope.tenantId, scope.agentId], key))?.value["value"];
      },
    };
  },
};

interface Mastra {
  readonly LibSQLStore: new (options: { readonly id: string; readonly url: string }) => {
    init(): Promise<void>;
    getStore(domain: "memory"): Promise<{
      saveResource(options: { readonly resource: Resource }): Promise<unknown>;
      getResourceById(options: { readonly resourceId: string }): Promise<Resource | null>;
    }>;
  };
}

interface Resource {
  readonly id: string;
  readonly workingMemory: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

interface LangGraph {
  readonly InMemoryStore: new () => {
    put(namespace: string[], key: string, value: object): Promise<void>;
    get(
      namespace: string[],
      key: string,
    ): Promise<{ readonly value: Readonly<Record<string, unknown>> } | null>;
  };
}
