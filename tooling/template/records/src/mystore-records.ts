import { type Health, MemoryError, type RecordStore } from "@mem/core";

export interface MystoreRecordsOptions {
  /** The folder that holds the records; it is made where it is missing. */
  readonly dir: string;
}

/** Makes a record store on Mystore. Nothing is opened before the first call. */
export function createMystoreRecords(options: MystoreRecordsOptions): RecordStore {
  return new MystoreRecords(options);
}

// Write the methods one by one, as `RecordStore` describes them, until the contract test is green.
class MystoreRecords implements RecordStore {
  readonly name = "mystore";
  readonly capabilities = { durability: "disk", shared: false } as const;
  readonly options: MystoreRecordsOptions;

  constructor(options: MystoreRecordsOptions) {
    this.options = options;
  }

  readonly append = unwritten("append");
  readonly query = unwritten("query");
  readonly flush = unwritten("flush");

  async health(): Promise<Health> {
    const { durability } = this.capabilities;
    const messages = ["mystore is not written yet"];
    return { status: "down", backend: this.name, durability, messages, details: {} };
  }

  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function unwritten(method: string): () => Promise<never> {
  return async () => {
    throw new MemoryError("MEM_UNSUPPORTED", `mystore: ${method} is not written yet`);
  };
}
