import { join } from "node:path";
import { startWorker, type WorkerProcess } from "../worker-process.ts";
import type { ClientTasks, OpenOptions } from "./client-worker.ts";

export interface NamedClient {
  readonly name: string;
  readonly client: WorkerProcess<ClientTasks>;
}

/** Client processes, which end together. */
export class ClientProcesses implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();

  /** Starts a process for each name and connects it, one after the other. */
  async open(
    names: readonly string[],
    options: Omit<OpenOptions, "name">,
  ): Promise<readonly NamedClient[]> {
    const clients: NamedClient[] = [];
    for (const name of names) {
      const client = this.#stack.use(
        startWorker<ClientTasks>(join(import.meta.dirname, "client-worker.ts")),
      );
      await client.ask("open", { ...options, name });
      clients.push({ name, client });
    }
    return clients;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}
