import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryBackend } from "@mem/backend-memory";
import { createRedisBackend } from "@mem/backend-redis";
import { createHashingEmbedder, MemoryManager, type Embedder, type LongTermStore } from "@mem/core";
import { createKnowledge } from "@mem/knowledge";
import { createJsonStore } from "@mem/longterm-json";
import { createLanceDbStore } from "@mem/longterm-lancedb";
import { createJsonlRecords } from "@mem/records-jsonl";
import { startRedis, type RedisServer } from "@mem/redis-server";

/** A whole memory on storage of its own, and that storage's end. */
export interface Stack extends AsyncDisposable {
  readonly memory: MemoryManager;
  /** The operator's hand on the knowledge. */
  readonly knowledgeStore: LongTermStore;
  /** Closes the memory and opens it anew on the same storage. */
  reopen(): Promise<MemoryManager>;
}

export interface StackKind {
  readonly name: string;
  open(): Promise<Stack>;
  close(): Promise<void>;
}

type CreateStore = (folder: string, name: string, embedder?: Embedder) => LongTermStore;

const inLance: CreateStore = (folder, name, embedder) =>
  createLanceDbStore({ uri: join(folder, name), ...(embedder && { embedder }) });
const inJson: CreateStore = (folder, name, embedder) =>
  createJsonStore({ path: join(folder, `${name}.json`), ...(embedder && { embedder }) });

/** What a laptop runs, what a small service runs, and what a cluster runs. */
export const stacks: readonly StackKind[] = [
  stack("memory + LanceDB", inLance),
  stack("memory + JSON", inJson),
  stack("Redis + LanceDB with an embedder", inLance, {
    redis: true,
    embedder: createHashingEmbedder(),
  }),
];

function stack(
  name: string,
  create: CreateStore,
  options: { readonly redis?: boolean; readonly embedder?: Embedder } = {},
): StackKind {
  let server: RedisServer | undefined;
  return {
    name,
    async open() {
      if (options.redis === true) server ??= await startRedis();
      const url = server?.url;
      const folder = await mkdtemp(join(tmpdir(), "mem-acceptance-"));
      // Each test has a key space of its own on the one server.
      const prefix = folder.slice(-6);
      const connect = (): { memory: MemoryManager; knowledgeStore: LongTermStore } => {
        const knowledgeStore = create(folder, "knowledge", options.embedder);
        const memory = new MemoryManager({
          shortTerm:
            url === undefined ? createMemoryBackend() : createRedisBackend({ url, prefix }),
          longTerm: create(folder, "agents", options.embedder),
          records: createJsonlRecords({ dir: join(folder, "records") }),
          knowledge: createKnowledge({ store: knowledgeStore }),
        });
        return { memory, knowledgeStore };
      };
      let open = connect();
      return {
        ...open,
        async reopen() {
          await open.memory.close();
          open = connect();
          return open.memory;
        },
        async [Symbol.asyncDispose]() {
          await open.memory.close();
          await rm(folder, { recursive: true, force: true });
        },
      };
    },
    async close() {
      await server?.stop();
    },
  };
}
