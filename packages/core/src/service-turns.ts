import { setTimeout as delay } from "node:timers/promises";
import type { EmbedOptions } from "./embedder.ts";

type Kind = EmbedOptions["kind"];

/** So many questions go before a text that waits. */
const QUESTIONS_FIRST = 8;

/**
 * Lets so many requests be under way at once and no more, questions before texts, since somebody waits for them, but not
 * for ever; and none while the service wants to be left alone.
 */
export class ServiceTurns {
  readonly #waiting: Readonly<Record<Kind, Set<() => void>>> = {
    query: new Set(),
    document: new Set(),
  };
  #free: number;
  /** How many questions in a row have gone before a text. */
  #questions = 0;
  #restsUntil = 0;

  constructor(concurrency: number) {
    this.#free = concurrency;
  }

  /** No request is begun for so many milliseconds. */
  rest(ms: number): void {
    this.#restsUntil = Math.max(this.#restsUntil, performance.now() + ms);
  }

  /** Does it when it is its turn. Rejects with the signal's reason when that fires before. */
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

/** Waits so many milliseconds; rejects with the signal's reason when that fires before. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch {
    throw signal.reason;
  }
}

/** The promise's result, unless the signal fires first: then its reason, whether or not anybody else heeds it. */
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
