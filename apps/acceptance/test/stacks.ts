import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryBackend } from "@mem/backend-memory";
import { createRedisBackend } from "@mem/backend-redis";
import {
  createHashingEmbedder,
  MemoryManager,
  systemClock,
  type Clock,
  type Embedder,
  type LongTermStore,
  type MemoryManagerOptions,
} from "@mem/core";
import { createKnowledge } from "@mem/knowledge";
import { createJsonStore } from "@mem/longterm-json";
import { createLanceDbStore } from "@mem/longterm-lancedb";
import { createJsonlRecords } from "@mem/records-jsonl";
import { startRedis, type RedisServer } from "@mem/redis-server";

/** A whole memory on storage of its own; disposing it deletes the storage. */
export interface Stack extends AsyncDisposable {
  readonly memory: MemoryManager;
  /** The operator's access to the knowledge. */
  readonly knowledgeStore: LongTermStore;
  /** Closes the memory and opens it again on the same storage. */
  reopen(): Promise<MemoryManager>;
  /** Another manager of the same memory; on Redis with its own connections and stores, as in another process. */
  another(): MemoryManager;
  /** Advances the time of short-term memory. */
  advance(seconds: number): void;
}

type OwnOptions = Pick<MemoryManagerOptions, "maxConversationHistory" | "sweepInterval">;

export interface StackKind {
  readonly name: string;
  open(options?: OwnOptions): Promise<Stack>;
  close(): Promise<void>;
}

type CreateStore = (folder: string, name: string, embedder?: Embedder) => LongTermStore;

const inLance: CreateStore = (folder, name, embedder) =>
  createLanceDbStore({ uri: join(folder, name), ...(embedder && { embedder }) });
const inJson: CreateStore = (folder, name, embedder) =>
  createJsonStore({ path: join(folder, `${name}.json`), ...(embedder && { embedder }) });

/** What runs on a laptop, in a small service and on a cluster. */
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
    async open(own = {}) {
      if (options.redis === true) server ??= await startRedis();
      const url = server?.url;
      const folder = await mkdtemp(join(tmpdir(), "mem-acceptance-"));
      // Each test has a key space of its own on the one server.
      const prefix = folder.slice(-6);
      let offsetMs = 0;
      const timeOffsetMs = (): number => offsetMs;
      const connect = () => {
        const knowledgeStore = create(folder, "knowledge", options.embedder);
        const parts = {
          shortTerm:
            url === undefined
              ? createMemoryBackend({ clock: shiftedClock(timeOffsetMs) })
              : createRedisBackend({ url, prefix, timeOffsetMs }),
          longTerm: create(folder, "agents", options.embedder),
          records: createJsonlRecords({ dir: join(folder, "records") }),
          knowledge: createKnowledge({ store: knowledgeStore }),
          ...own,
        };
        return { parts, knowledgeStore, memory: new MemoryManager(parts) };
      };
      let open = connect();
      const others: MemoryManager[] = [];
      return {
        memory: open.memory,
        knowledgeStore: open.knowledgeStore,
        async reopen() {
          await open.memory.close();
          open = connect();
          return open.memory;
        },
        another() {
          const other = url === undefined ? new MemoryManager(open.parts) : connect().memory;
          others.push(other);
          return other;
        },
        advance(seconds) {
          offsetMs += seconds * 1000;
        },
        async [Symbol.asyncDispose]() {
          for (const memory of [...others, open.memory]) await memory.close();
          await rm(folder, { recursive: true, force: true });
        },
      };
    },
    async close() {
      await server?.stop();
    },
  };
}

/** The system clock plus an offset. */
function shiftedClock(shiftMs: () => number): Clock {
  return {
    ...systemClock,
    now: () => systemClock.now() + shiftMs(),
    monotonic: () => systemClock.monotonic() + shiftMs(),
  };
}
