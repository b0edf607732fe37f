import { join } from "node:path";
import { startWorker, type WorkerProcess } from "../worker-process.ts";
import type { Call, Calls, ConversationTasks } from "./conversation-worker.ts";
import type { Place } from "./conversations.ts";
import type { Runner } from "../race.ts";

export interface Member {
  readonly name: string;
  readonly process: WorkerProcess<ConversationTasks>;
}

/** Processes that take part in conversations, and end together. */
export class Members implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();

  /** Starts a process for each name and connects it. */
  async open(names: readonly string[], place: Place): Promise<readonly Member[]> {
    const module = join(import.meta.dirname, "conversation-worker.ts");
    const members = names.map((name) => ({
      name,
      process: this.#stack.use(startWorker<ConversationTasks>(module)),
    }));
    await Promise.all(members.map(({ name, process }) => process.ask("open", { ...place, name })));
    return members;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

export function callRunner({ name, process }: Member, call: Call): Runner<Calls> {
  return {
    name,
    prepare: (sliceMs) => process.ask("prepare", { call, sliceMs }),
    run: (n) => process.ask("run", { call, n }),
  };
}
