import { LogError } from "./log-error.ts";

/** A call that waits for its item to be committed. Only the first `resolve` or `reject` counts. */
export interface Waiting<Item, Result> {
  readonly item: Item;
  readonly bytes: number;
  readonly resolve: (result: Result | PromiseLike<Result>) => void;
  readonly reject: (error: unknown) => void;
}

export interface GroupCommitOptions<Item, Result> {
  /**
   * Commits a batch and settles every call in it. If it throws, calls not settled yet are rejected
   * with that error. Runs for one batch at a time, and only after the promise handlers of the
   * previous batch have run, so that these can change the state that the next commit starts from.
   */
  commit: (batch: readonly Waiting<Item, Result>[]) => Promise<void>;
  /**
   * Maximum size of the queue, in bytes; if the queue is empty, a larger item is accepted, too.
   * Default 64 MiB.
   */
  maxQueuedBytes?: number | undefined;
}

/** Maximum size of a batch, in bytes, unless its first item is larger. */
const MAX_BATCH_BYTES = 8 * 2 ** 20;

/** Groups the calls that arrive during a slow commit into the next one. */
export class GroupCommit<Item, Result> {
  readonly #commit: GroupCommitOptions<Item, Result>["commit"];
  readonly #maxQueuedBytes: number;
  #queue: Waiting<Item, Result>[] = [];
  #queuedBytes = 0;
  #running: Promise<void> | undefined;
  #round: Promise<void> | undefined;
  #added = 0;
  #committed = 0;
  #closed = false;

  constructor({ commit, maxQueuedBytes = 64 * 2 ** 20 }: GroupCommitOptions<Item, Result>) {
    this.#commit = commit;
    this.#maxQueuedBytes = maxQueuedBytes;
  }

  /** Resolves when the item is committed. `LOG_FULL` if the queue is full, `LOG_CLOSED` after close. */
  add(item: Item, bytes: number): Promise<Result> {
    if (this.#closed) return Promise.reject(new LogError("LOG_CLOSED", "The log is closed"));
    if (this.#queuedBytes > 0 && this.#queuedBytes + bytes > this.#maxQueuedBytes) {
      const message = `More than ${this.#maxQueuedBytes} bytes would wait to be written`;
      return Promise.reject(new LogError("LOG_FULL", message));
    }
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.#queue.push({ item, bytes, resolve, reject });
    this.#queuedBytes += bytes;
    this.#added += 1;
    this.#running ??= this.#run();
    return promise;
  }

  /** Waits until everything added so far has been committed or has failed; does not tell which. */
  async flush(): Promise<void> {
    for (const end = this.#added; this.#committed < end;) await this.#round;
  }

  /** Accepts nothing more and waits for what was added. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) {
      this.#round = this.#commitNext();
      await this.#round;
    }
    this.#running = undefined;
  }

  async #commitNext(): Promise<void> {
    // After every promise handler that is due: all callers of one tick travel together.
    await new Promise<void>((resolve) => process.nextTick(resolve));
    const batch = this.#takeBatch();
    try {
      await this.#commit(batch);
    } catch (error) {
      for (const waiting of batch) waiting.reject(error);
    }
    this.#committed += batch.length;
  }

  #takeBatch(): Waiting<Item, Result>[] {
    let count = 0;
    let total = 0;
    for (const { bytes } of this.#queue) {
      if (count > 0 && total + bytes > MAX_BATCH_BYTES) break;
      count += 1;
      total += bytes;
    }
    this.#queuedBytes -= total;
    const batch = this.#queue;
    this.#queue = batch.splice(count);
    return batch;
  }
}
