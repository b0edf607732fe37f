import { isMemoryError, throwIfAborted } from "@mem/core";
import type { Table } from "@lancedb/lancedb";
import { Batch, type Change, type Clearing, type KeyedChange } from "./batch.ts";
import type { Committer } from "./committer.ts";
import type { Database } from "./database.ts";

const MAX_CHANGES = 1_000;
const MAX_CHARACTERS = 32 << 20;
/** Each is a query of its own while the lock is held. */
const MAX_CLEARINGS = 10;

interface Waiting {
  readonly change: Change;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface Task {
  readonly run: (table: Table) => Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The one queue through which this process writes. Whatever waits is made durable together in one commit, so that a
 * hundred saves cost about as much as one.
 */
export class Writer {
  readonly #database: Database;
  readonly #committer: Committer;
  readonly #committed: (pending: readonly string[]) => void;
  readonly #changes: Waiting[] = [];
  readonly #tasks: Task[] = [];
  #running: Promise<void> | undefined;

  /** `committed` is called after each batch, with the ids of what it wrote without a vector. */
  constructor(
    database: Database,
    committer: Committer,
    committed: (pending: readonly string[]) => void,
  ) {
    this.#database = database;
    this.#committer = committer;
    this.#committed = committed;
  }

  /** How many changes wait for their commit. */
  get waiting(): number {
    return this.#changes.length;
  }

  change<T>(change: KeyedChange<T>, signal?: AbortSignal): Promise<T> {
    return this.#enqueue(change, signal) as Promise<T>;
  }

  clear(clearing: Clearing, signal?: AbortSignal): Promise<number> {
    return this.#enqueue(clearing, signal) as Promise<number>;
  }

  /** Runs `task` in a commit of its own, before the changes that still wait. */
  task(task: (table: Table) => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#tasks.push({ run: task, resolve, reject });
      this.#start();
    });
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  #enqueue(change: Change, signal: AbortSignal | undefined): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const waiting = { change, signal, resolve, reject };
    this.#changes.push(waiting);
    this.#start();
    if (signal === undefined) return promise;
    const giveUp = (): void => this.#giveUp(waiting);
    signal.addEventListener("abort", giveUp, { once: true });
    return promise.finally(() => signal.removeEventListener("abort", giveUp));
  }

  /** What has not been taken yet leaves the queue, however long those before it take. */
  #giveUp(waiting: Waiting): void {
    const place = this.#changes.indexOf(waiting);
    if (place === -1) return;
    this.#changes.splice(place, 1);
    try {
      throwIfAborted(waiting.signal);
    } catch (error) {
      waiting.reject(error);
    }
  }

  #start(): void {
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    // What is saved in one go shall travel together, however many turns it takes to arrive.
    await new Promise(setImmediate);
    for (;;) {
      const task = this.#tasks.shift();
      if (task !== undefined) await this.#runTask(task);
      else if (this.#changes.length > 0) await this.#commit(this.#takeBatch());
      else break;
    }
    // In the same turn as the last look at the queues, or what comes in between would be forgotten.
    this.#running = undefined;
  }

  #takeBatch(): Waiting[] {
    const batch: Waiting[] = [];
    let size = 0;
    let clearings = 0;
    while (batch.length < MAX_CHANGES) {
      const next = this.#changes[0];
      if (next === undefined) break;
      if (next.change.kind === "keyed") size += next.change.size;
      else clearings++;
      if (batch.length > 0 && (size > MAX_CHARACTERS || clearings > MAX_CLEARINGS)) break;
      this.#changes.shift();
      batch.push(next);
    }
    return batch;
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    try {
      const changes = new Batch(batch.map(({ change }) => change));
      const answers = await this.#committer.commit((table) =>
        changes.commit(this.#database, table),
      );
      batch.forEach(({ resolve }, i) => resolve(answers[i]));
      this.#committed(changes.pending);
    } catch (error) {
      for (const { reject } of batch) reject(error);
      this.#refuseIfLocked(error);
    }
  }

  async #runTask(task: Task): Promise<void> {
    try {
      await this.#committer.commit((table) => task.run(table));
      task.resolve();
    } catch (error) {
      task.reject(error);
      this.#refuseIfLocked(error);
    }
  }

  /** The lock was waited for as long as any change has to; those behind it shall not wait as long again. */
  #refuseIfLocked(error: unknown): void {
    if (!isMemoryError(error, "MEM_LOCKED")) return;
    for (const { reject } of this.#changes.splice(0)) reject(error);
  }
}
