import { MemoryError, throwIfAborted, type CallOptions } from "@mem/core";
import { storageError } from "./folder/storage-errors.ts";

/** Called repeatedly by long-running work; throws if nobody waits for the result any more. */
export type Checkpoint = () => void;

/** Runs the calls to a store, and refuses them once it is closed. */
export class Calls {
  readonly #changes = new Set<Promise<unknown>>();
  #isClosed = false;

  refuseClosed(): void {
    if (this.#isClosed) throw new MemoryError("MEM_CLOSED", "these records are closed");
  }

  /** Runs a call that changes nothing; closing the store ends it at its next checkpoint. */
  async ask<T>(
    what: string,
    options: CallOptions | undefined,
    task: (checkpoint: Checkpoint) => Promise<T>,
  ): Promise<T> {
    this.refuseClosed();
    throwIfAborted(options?.signal);
    const checkSignal = signalCheck(what, options);
    const checkpoint = (): void => {
      this.refuseClosed();
      checkSignal();
    };
    return task(checkpoint).catch(rethrow);
  }

  /** Runs a call that changes something; closing the store waits for it. */
  async change<T>(
    what: string,
    options: CallOptions | undefined,
    task: (checkpoint: Checkpoint) => Promise<T>,
  ): Promise<T> {
    this.refuseClosed();
    throwIfAborted(options?.signal);
    const change = task(signalCheck(what, options)).catch(rethrow);
    this.#changes.add(change);
    return change.finally(() => this.#changes.delete(change));
  }

  /** Refuses new calls; resolves when the running changes are done. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#changes);
  }
}

function signalCheck(what: string, options: CallOptions | undefined): Checkpoint {
  return () => {
    if (options?.signal?.aborted !== true) return;
    const cause: unknown = options.signal.reason;
    throw new MemoryError("MEM_ABORTED", `the ${what} was aborted`, { cause });
  };
}

function rethrow(error: unknown): never {
  throw storageError(error);
}
