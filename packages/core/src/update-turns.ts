import { setTimeout as delay } from "node:timers/promises";

const PATIENCE_MS = 1000;

/**
 * Lets conflicting updates of one entry take turns within this process, so that compare-and-set has to settle only
 * those of other processes. A turn is a courtesy, not a lock: an update that has waited long enough goes ahead, so that
 * one that never ends, or that runs within another, blocks nobody for ever.
 */
export class UpdateTurns {
  readonly #last = new Map<string, Promise<unknown>>();

  async take<T>(entry: string, attempt: () => Promise<T>): Promise<T> {
    const before = this.#last.get(entry);
    const turn = before === undefined ? attempt() : this.#after(before, attempt);
    this.#last.set(entry, turn);
    try {
      return await turn;
    } finally {
      if (this.#last.get(entry) === turn) this.#last.delete(entry);
    }
  }

  async #after<T>(before: Promise<unknown>, attempt: () => Promise<T>): Promise<T> {
    const enough = new AbortController();
    // Whether the previous attempt failed is for its own caller to handle.
    const ended = before.then(
      () => undefined,
      () => undefined,
    );
    const patience = delay(PATIENCE_MS, undefined, { signal: enough.signal, ref: false });
    await Promise.race([ended, patience.catch(() => undefined)]);
    enough.abort();
    return attempt();
  }
}
