import { isMemoryError, MemoryError, throwIfAborted, type CallOptions } from "@mem/core";
import { orAborted } from "../vectors/embedding.ts";
import type { Engine, Place } from "./engine.ts";
import { isLogGone } from "./storage-error.ts";

/** Opens a store at its first call, and closes it when the last one is done. */
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
      // Not the caller gave up, but the store was closed.
      const givenUp = options?.signal?.aborted === true;
      if (isMemoryError(error, "MEM_ABORTED") && !givenUp) this.refuseClosed();
      throw error;
    } finally {
      this.#inFlight.delete(running);
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
   * A process that slept while others wrote the table finds its part of the log, or its version of the table, removed:
   * then the store is opened anew, and what surely had no effect is done again.
   */
  async #run<T>(signal: AbortSignal | undefined, task: (opened: Engine) => Promise<T>): Promise<T> {
    const opening = this.open();
    // Opening may wait for a lock; the caller need not.
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
    // It is of no use any more; why it can't even be closed is of none either.
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
    // One of them may have opened it since.
    await (await this.#present())?.close();
  }

  async #present(): Promise<Engine | undefined> {
    return this.#opened?.catch(() => undefined);
  }
}
