import { type Health, MemoryError, type RecordStore } from "@mem/core";

export interface MystoreRecordsOptions {
  /** The folder that holds the records; created if it does not exist. */
  readonly dir: string;
}

/** Creates a record store on Mystore. It opens the storage on the first call, not before. */
export function createMystoreRecords(options: MystoreRecordsOptions): RecordStore {
  return new MystoreRecords(options);
}

// Implement the methods one by one, as `RecordStore` describes them, until the contract test passes.
class MystoreRecords implements RecordStore {
  readonly name = "mystore";
  readonly capabilities = { durability: "disk", shared: false } as const;
  readonly options: MystoreRecordsOptions;

  constructor(options: MystoreRecordsOptions) {
    this.options = options;
  }

  readonly append = unwritten("append");
  readonly query = unwritten("query");
  readonly stats = unwritten("stats");
  readonly erase = unwritten("erase");
  readonly flush = unwritten("flush");

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
