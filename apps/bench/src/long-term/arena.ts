import { join } from "node:path";
import { startWorker, type WorkerProcess } from "../worker-process.ts";
import { Scratch } from "./scratch.ts";
import type { StoreOpening, StoreTasks } from "./store-worker.ts";

export interface NamedStore {
  readonly name: string;
  readonly store: WorkerProcess<StoreTasks>;
}

export interface Setting extends Partial<Omit<StoreOpening, "name" | "folder">> {
  readonly keys: number;
  /** Default: a new one. */
  readonly folder?: string;
}

/** Contestants in separate processes, which end together and leave nothing behind. */
export class Arena implements AsyncDisposable {
  readonly #scratch = new Scratch();
  readonly #stack = new AsyncDisposableStack();

  /** Starts a process for a contestant and fills it with this many memories. */
  async open(
    name: string,
    { folder = this.path("store"), first = 0, filled = 0, keys }: Setting,
  ): Promise<NamedStore> {
    const module = join(import.meta.dirname, "store-worker.ts");
    const store = this.#stack.use(startWorker<StoreTasks>(module));
    await store.ask("open", { name, folder, first, filled, keys });
    return { name, store };
  }

  /** Opens contestants one after the other, with the same setting. */
  async openAll(names: readonly string[], setting: Setting): Promise<readonly NamedStore[]> {
    const stores: NamedStore[] = [];
    for (const name of names) stores.push(await this.open(name, setting));
    return stores;
  }

  /** A path on the disk that does not exist yet. */
  path(name: string): string {
    return this.#scratch.path(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
    this.#scratch[Symbol.dispose]();
  }
}
