import {
  type Embedder,
  type Health,
  type LongTermCapabilities,
  type LongTermStore,
  MemoryError,
  type PortableEntry,
} from "@mem/core";

export interface MystoreStoreOptions {
  /** The folder that holds the store; created if it does not exist. */
  readonly dir: string;
  /** Makes the vectors. Without it, search is by keyword only. */
  readonly embedder?: Embedder | undefined;
}

/** Creates a long-term store on Mystore. It opens the storage on the first call, not before. */
export function createMystoreStore(options: MystoreStoreOptions): LongTermStore {
  return new MystoreStore(options);
}

// Implement the methods one by one, as `LongTermStore` describes them, until the contract test passes.
class MystoreStore implements LongTermStore {
  readonly name = "mystore";
  readonly capabilities: LongTermCapabilities;
  readonly options: MystoreStoreOptions;

  constructor(options: MystoreStoreOptions) {
    const vector = options.embedder !== undefined;
    this.capabilities = { durability: "disk", shared: false, vector, history: false };
    this.options = options;
  }

  readonly get = unwritten("get");
  readonly save = unwritten("save");
  readonly delete = unwritten("delete");
  readonly list = unwritten("list");
  readonly count = unwritten("count");
  readonly clear = unwritten("clear");

  readonly search = unwritten("search");
  readonly clearWorkflow = unwritten("clearWorkflow");
  readonly stats = unwritten("stats");
  readonly flush = unwritten("flush");

  readonly history = unwritten("history");
  readonly erase = unwritten("erase");
  readonly verify = unwritten("verify");
  readonly restore = unwritten("restore");
  readonly embedder = unwritten("embedder");
  readonly reembed = unwritten("reembed");

  async *entries(): AsyncGenerator<PortableEntry[]> {
    yield await unwritten("entries")();
  }

  async health(): Promise<Health> {
    const { durability } = this.capabilities;
    const messages = ["mystore is not implemented yet"];
    return { status: "down", backend: this.name, durability, messages, details: {} };
  }

  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function unwritten(method: string): () => Promise<never> {
  return async () => {
    throw new MemoryError("MEM_UNSUPPORTED", `mystore: ${method} is not implemented yet`);
  };
}
