import { MemoryError, type JsonObject } from "@mem/core";
import { bounded, type Account, type Amount } from "./account.ts";
import { publishEviction } from "./evictions.ts";
import type { Growth } from "./growth.ts";
import type { Limits } from "./options.ts";
import { SLICE_MS, type TimingWheel } from "./timing-wheel.ts";

/** Makes room for what is to be written, or refuses it. */
export class Bounds {
  readonly #limits: Limits;
  readonly #account: Account;
  readonly #wheel: TimingWheel;
  #evictions = 0;

  constructor(limits: Limits, account: Account, wheel: TimingWheel) {
    this.#limits = limits;
    this.#account = account;
    this.#wheel = wheel;
  }

  /**
   * Returns when there is room for a write: at once, after freeing what has expired, or after evicting. Throws
   * `MEM_CAPACITY` where there can be none, and evicts nothing then.
   */
  makeRoom(measure: () => Growth): void {
    let isSwept = false;
    let growth = measure();
    while (!this.#holds(this.#account, growth)) {
      // No more is freed at once than it takes: it holds up the call.
      if (isSwept) this.#evictFor(growth);
      else isSwept = this.#wheel.settle(SLICE_MS);
      // Measured anew, as the last entry of the scope that is written to may have gone.
      growth = measure();
    }
    for (const entry of growth.uses) this.#account.entryUsed(entry);
  }

  /** For people. */
  details(): JsonObject {
    const { maxEntries, maxBytes, whenFull } = this.#limits;
    const { items, bytes } = this.#account;
    return {
      ...(maxEntries !== Infinity && { entries: items, maxEntries }),
      ...(maxBytes !== Infinity && { bytes, maxBytes }),
      whenFull,
      evictions: this.#evictions,
    };
  }

  /** Whether both can be kept together. */
  #holds(a: Amount, b: Amount): boolean {
    const { maxEntries, maxBytes } = this.#limits;
    return a.items + b.items <= maxEntries && a.bytes + b.bytes <= maxBytes;
  }

  #evictFor(growth: Growth): void {
    const { recency, lasting } = this.#account;
    if (recency === undefined || !this.#holds(lasting, growth.alone)) throw this.#full(growth);
    // With these the newest, evicting others is enough.
    for (const entry of growth.uses) recency.use(bounded(entry));
    while (recency.oldest !== undefined && !this.#holds(this.#account, growth)) {
      const { key, home } = recency.oldest;
      home.remove(recency.oldest);
      this.#evictions++;
      publishEviction(home.space, key);
    }
  }

  #full({ items, alone }: Growth): MemoryError {
    const { maxEntries, maxBytes, whenFull } = this.#limits;
    const bound =
      this.#account.items + items > maxEntries
        ? `maxEntries, ${maxEntries}`
        : `maxBytes, about ${maxBytes}`;
    const remedy =
      whenFull === "evict"
        ? "evicting all other entries would not make room; logs and sessions are not evicted"
        : "delete entries, wait until some expire, or raise it";
    return new MemoryError("MEM_CAPACITY", `the store would go beyond ${bound}: ${remedy}`, {
      // What is too much for an empty store stays so.
      retryable: this.#holds({ items: 0, bytes: 0 }, alone),
    });
  }
}
