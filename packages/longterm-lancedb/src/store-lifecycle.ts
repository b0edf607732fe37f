import { isMemoryError, MemoryError, throwIfAborted, type CallOptions } from "@mem/core";
import { orAborted } from "./embedding.ts";
import { OpenedStore, type StoreParts } from "./opened-store.ts";

/** Opens a store at its first call, and closes it when the last one is done. */
export class StoreLifecycle {
  readonly #parts: Omit<StoreParts, "report">;
  readonly #repairs: string[] = [];
  readonly #closing = new AbortController();
  readonly #inFlight = new Set<Promise<unknown>>();
  #opened: Promise<OpenedStore> | undefined;
  #closed: Promise<void> | undefined;

  constructor(parts: Omit<StoreParts, "report">) {
    this.#parts = parts;
  }

  /** What was repaired since the store was made, in words. */
  get repairs(): readonly string[] {
    return this.#repairs;
  }

  /** Runs `task` on the open store. Rejects with `MEM_CLOSED` or `MEM_ABORTED` before anything happens. */
  async call<T>(
    options: CallOptions | undefined,
    task: (opened: OpenedStore) => Promise<T>,
  ): Promise<T> {
    this.refuseClosed();
    throwIfAborted(options?.signal);
    try {
      return await this.track(this.#openUnless(options?.signal).then(task));
    } catch (error) {
      // Not the caller gave up, but the store was closed.
      const givenUp = options?.signal?.aborted === true;
      if (isMemoryError(error, "MEM_ABORTED") && !givenUp) this.refuseClosed();
      throw error;
    }
  }

  /** Makes `close` wait for it: nothing can be closed while queries run on it. */
  async track<T>(running: Promise<T>): Promise<T> {
    this.#inFlight.add(running);
    try {
      return await running;
    } finally {
      this.#inFlight.delete(running);
    }
  }

  /** A failed opening is tried again by the next call. */
  open(): Promise<OpenedStore> {
    this.#opened ??= this.#open();
    return this.#opened;
  }

  /** Opening may wait for a lock; the caller need not. */
  #openUnless(signal: AbortSignal | undefined): Promise<OpenedStore> {
    return signal === undefined ? this.open() : orAborted(this.open(), signal);
  }

  /** Fires when the caller gives up or the store is closed. */
  orClosing(signal: AbortSignal | undefined): AbortSignal {
    const closing = this.#closing.signal;
    return signal === undefined ? closing : AbortSignal.any([signal, closing]);
  }

  refuseClosed(): void {
    if (this.#closed !== undefined) throw new MemoryError("MEM_CLOSED", "the store is closed");
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #open(): Promise<OpenedStore> {
    try {
      return await OpenedStore.open({
        ...this.#parts,
        report: (message) => void this.#repairs.push(message),
      });
    } catch (error) {
      this.#opened = undefined;
      throw error;
    }
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    const opened = await this.#opened?.catch(() => undefined);
    await opened?.stopBackground();
    await Promise.allSettled(this.#inFlight);
    await opened?.close();
  }
}
