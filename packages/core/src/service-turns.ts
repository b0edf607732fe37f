import { setTimeout as delay } from "node:timers/promises";
import type { EmbedOptions } from "./embedder.ts";

type Kind = EmbedOptions["kind"];

/** How many queries may go before a waiting document. */
const QUESTIONS_FIRST = 8;

/**
 * Limits how many requests run at once. Queries go before documents, since somebody waits for them, but not
 * indefinitely. No request starts while the service asks callers to wait.
 */
export class ServiceTurns {
  readonly #waiting: Readonly<Record<Kind, Set<() => void>>> = {
    query: new Set(),
    document: new Set(),
  };
  #free: number;
  /** How many queries in a row have gone before a document. */
  #questions = 0;
  #restsUntil = 0;

  constructor(concurrency: number) {
    this.#free = concurrency;
  }

  /** Starts no request for this many milliseconds. */
  rest(ms: number): void {
    this.#restsUntil = Math.max(this.#restsUntil, performance.now() + ms);
  }

  /** Runs a task when its turn comes. Rejects with the signal's reason if that fires first. */
  async take<T>(kind: Kind, signal: AbortSignal, task: () => Promise<T>): Promise<T> {
    await this.#enter(kind, signal);
    try {
      for (let ms = this.#restMs(); ms > 0; ms = this.#restMs()) await pause(ms, signal);
      signal.throwIfAborted();
      return await task();
    } finally {
      this.#leave();
    }
  }

  #restMs(): number {
    return this.#restsUntil - performance.now();
  }

  async #enter(kind: Kind, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const giveUp = (): void => {
      this.#waiting[kind].delete(resolve);
      reject(signal.reason as Error);
    };
    this.#waiting[kind].add(resolve);
    signal.addEventListener("abort", giveUp, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
  }

  #leave(): void {
    const { query, document } = this.#waiting;
    const isTextDue = query.size === 0 || (document.size > 0 && this.#questions >= QUESTIONS_FIRST);
    this.#questions = isTextDue ? 0 : this.#questions + 1;
    const queue = isTextDue ? document : query;
    for (const next of queue) {
      queue.delete(next);
      next();
      return;
    }
    this.#free++;
  }
}

/** Waits this many milliseconds; rejects with the signal's reason if that fires first. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch {
    throw signal.reason;
  }
}

/** Settles like the promise; rejects with the signal's reason if that fires first, whether or not the work stops. */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason as Error);
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await Promise.race([promise, ended]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
