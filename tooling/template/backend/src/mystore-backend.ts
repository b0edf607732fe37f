import {
  type Clock,
  type Health,
  MemoryError,
  type ShortTermBackend,
  systemClock,
} from "@mem/core";

export interface MystoreBackendOptions {
  /** Where time comes from. Default: the machine's clock. */
  readonly clock?: Clock;
}

/** Makes a short-term backend on Mystore. Nothing connects before the first call. */
export function createMystoreBackend(options: MystoreBackendOptions = {}): ShortTermBackend {
  return new MystoreBackend(options.clock ?? systemClock);
}

// Write the methods one by one, as `ShortTermBackend` describes them, until the contract test is green.
class MystoreBackend implements ShortTermBackend {
  readonly name = "mystore";
  readonly capabilities = { durability: "process", shared: false } as const;
  /** Expiry is judged by it, never by the machine's time. */
  readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  readonly get = unwritten("get");
  readonly save = unwritten("save");
  readonly increment = unwritten("increment");
  readonly delete = unwritten("delete");
  readonly list = unwritten("list");
  readonly count = unwritten("count");
  readonly clear = unwritten("clear");

  readonly append = unwritten("append");
  readonly read = unwritten("read");
  readonly stats = unwritten("stats");

  readonly startWorkflow = unwritten("startWorkflow");
  readonly getWorkflow = unwritten("getWorkflow");
  readonly endWorkflow = unwritten("endWorkflow");
  readonly listWorkflows = unwritten("listWorkflows");

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
