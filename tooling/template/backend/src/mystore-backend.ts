import {
  type Clock,
  type Health,
  MemoryError,
  type ShortTermBackend,
  systemClock,
} from "@mem/core";

export interface MystoreBackendOptions {
  /** Source of the current time. Default: the machine's clock. */
  readonly clock?: Clock;
}

/** Creates a short-term backend on Mystore. It connects on the first call, not before. */
export function createMystoreBackend(options: MystoreBackendOptions = {}): ShortTermBackend {
  return new MystoreBackend(options.clock ?? systemClock);
}

// Implement the methods one by one, as `ShortTermBackend` describes them, until the contract test passes.
class MystoreBackend implements ShortTermBackend {
  readonly name = "mystore";
  readonly capabilities = { durability: "process", shared: false } as const;
  /** Decides what has expired; don't use the machine's time for that. */
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
  readonly find = unwritten("find");
  readonly edit = unwritten("edit");
  readonly stats = unwritten("stats");

  readonly startWorkflow = unwritten("startWorkflow");
  readonly getWorkflow = unwritten("getWorkflow");
  readonly endWorkflow = unwritten("endWorkflow");
  readonly listWorkflows = unwritten("listWorkflows");
  readonly takeExpired = unwritten("takeExpired");
  readonly workflowSize = unwritten("workflowSize");
  readonly watchWorkflow = unwritten("watchWorkflow");

  readonly claim = unwritten("claim");
  readonly changeClaim = unwritten("changeClaim");

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
