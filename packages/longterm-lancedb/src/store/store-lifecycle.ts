import { isMemoryError, MemoryError, throwIfAborted, type CallOptions } from "@mem/core";
import { orAborted } from "../vectors/embedding.ts";
import type { Engine, Place } from "./engine.ts";
import { isLogGone } from "./storage-error.ts";

/** Opens a store at its first call, and closes it when the last call has ended. */
export class StoreLifecycle {
  readonly #place: Place;
  readonly #repairs: string[] = [];
  readonly #closing = new AbortController();
  readonly #inFlight = new Set<Promise<unknown>>();
  #opened: Promise<Engine> | undefined;
  #closed: Promise<void> | undefined;

  constructor(place: Place) {
    this.#place = place;
  }

  /** What was repaired since the store was made, in words. */
  get repairs(): readonly string[] {
    return this.#repairs;
  }

  /** Runs `task` on the open store. Rejects with `MEM_CLOSED` or `MEM_ABORTED` before anything happens. */
  async call<T>(
    options: CallOptions | undefined,
    task: (opened: Engine) => Promise<T>,
  ): Promise<T> {
    this.refuseClosed();
    throwIfAborted(options?.signal);
    const running = this.#run(options?.signal, task);
    this.#inFlight.add(running);
    try {
      return await running;
    } catch (error) {
      // It was not the caller who gave up: the store was closed.
      const givenUp = options?.signal?.aborted === true;
      if (isMemoryError(error, "MEM_ABORTED") && !givenUp) this.refuseClosed();
      throw error;
    } finally {
      this.#inFlight.delete(running);
    }
  }

  /** Makes `close` wait for a promise: a store can't be closed while queries run on it. */
  async track<T>(running: Promise<T>): Promise<T> {
    this.#inFlight.add(running);
    try {
      return await running;
    } finally {
      this.#inFlight.delete(running);
    }
  }

  /** If opening fails, the next call tries again. */
  open(): Promise<Engine> {
    this.#opened ??= this.#open();
    return this.#opened;
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

  /**
   * A process that slept while others flushed may find its part of the log, or its version of the table, removed. Then
   * the store is opened anew, and a call that certainly had no effect is run again.
   */
  async #run<T>(signal: AbortSignal | undefined, task: (opened: Engine) => Promise<T>): Promise<T> {
    const opening = this.open();
    // Opening may wait for a lock; the caller may give up earlier.
    const opened = await (signal === undefined ? opening : orAborted(opening, signal));
    try {
      return await task(opened);
    } catch (error) {
      if (!isLogGone(error) && !opened.isBroken) throw error;
      this.#discard(opening, opened);
      const isUndone = isMemoryError(error) && error.outcome === "not-applied";
      if (!isUndone || this.#closed !== undefined) throw error;
    }
    return await task(await this.open());
  }

  #discard(opening: Promise<Engine>, opened: Engine): void {
    if (this.#opened !== opening) return;
    this.#opened = undefined;
    const calls = [...this.#inFlight];
    const closed = Promise.allSettled(calls).then(() => opened.close());
    // The old store is of no use any more, and neither is the reason why it can't be closed.
    void this.track(closed.catch(() => undefined));
  }

  async #open(): Promise<Engine> {
    try {
      return await this.#place.open((message) => void this.#repairs.push(message));
    } catch (error) {
      this.#opened = undefined;
      throw error;
    }
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    await (await this.#present())?.stopWaiting();
    await Promise.allSettled(this.#inFlight);
    // One of the calls may have opened the store since.
    await (await this.#present())?.close();
  }

  async #present(): Promise<Engine | undefined> {
    return this.#opened?.catch(() => undefined);
  }
}
