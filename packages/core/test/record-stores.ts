import {
  MemoryManager,
  type Erasure,
  type ExecutionRecord,
  type LongTermStore,
  type MemoryManagerOptions,
  type RecordStore,
  type ShortTermBackend,
} from "../src/index.ts";

const unused = (): void => undefined;

/** A record store that keeps the records it receives and what it is asked. */
export function fakeRecords(): RecordStore & {
  readonly stored: ExecutionRecord[];
  readonly asked: unknown[][];
} {
  const stored: ExecutionRecord[] = [];
  const asked: unknown[][] = [];
  return {
    name: "fake",
    capabilities: { durability: "process", shared: false },
    stored,
    asked,
    append: async (records) => void stored.push(...records),
    query: async () => ({ items: stored }),
    async stats(...args) {
      asked.push(args);
      return [];
    },
    async erase(...args) {
      asked.push(args);
      return ["r-1", "r-2"];
    },
    flush: async () => undefined,
    health: async () => Promise.reject(new Error("unused")),
    close: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

export const ERASED_ENTRIES: Erasure = {
  id: "receipt",
  at: 7,
  dryRun: false,
  entries: [{ agentId: "clerk", key: "plan" }],
  revisions: 3,
};

/** A long-term store that can be asked to erase, and nothing else. */
export function fakeLongTerm(asked: unknown[][]): LongTermStore {
  const erase: LongTermStore["erase"] = async (request, options) => {
    asked.push([request, options]);
    return { ...ERASED_ENTRIES, dryRun: options?.dryRun === true };
  };
  return { erase, save: unused, get: unused, search: unused, close: unused } as never;
}

/** A memory whose short-term memory is never used. */
export function managerOf(options: Omit<MemoryManagerOptions, "shortTerm">): MemoryManager {
  const names = ["save", "get", "append", "increment", "startWorkflow"];
  const shortTerm = Object.fromEntries(names.map((name) => [name, unused]));
  return new MemoryManager({ shortTerm: shortTerm as unknown as ShortTermBackend, ...options });
}
