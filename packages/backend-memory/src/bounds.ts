import { MemoryError, type JsonObject } from "@mem/core";
import { bounded, type Account, type Amount } from "./account.ts";
import { publishEviction } from "./evictions.ts";
import type { Growth } from "./growth.ts";
import type { Limits } from "./options.ts";
import { SLICE_MS, type TimingWheel } from "./timing-wheel.ts";

const NOTHING: Amount = { items: 0, bytes: 0 };

/** Makes room for a write, or refuses it. */
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
   * Makes room for a write if needed, by freeing what has expired and then by evicting. Throws `MEM_CAPACITY` if there
   * can't be room, and then evicts nothing.
   */
  makeRoom(measure: () => Growth): void {
    let isSwept = false;
    let growth = measure();
    while (!this.#holds(this.#account, growth)) {
      // Frees no more at once than needed, because it holds up the call.
      if (!isSwept) isSwept = this.#wheel.settle(SLICE_MS);
      else if (!this.#forgetFor(growth)) this.#evictFor(growth);
      // Measured anew, because the last entry of the written scope may be gone.
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

  /** Forgets the oldest timed-out session that was not reported; returns whether that could help. */
  #forgetFor(growth: Growth): boolean {
    const [oldest] = this.#account.untold;
    if (oldest === undefined || !this.#holds(NOTHING, growth.alone)) return false;
    oldest.expire();
    return true;
  }

  #evictFor(growth: Growth): void {
    const { recency, lasting } = this.#account;
    if (recency === undefined || !this.#holds(lasting, growth.alone)) throw this.#full(growth);
    // These become the most recently used, so that evicting others is enough.
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
        ? "evicting all other entries would not make room; logs, sessions and claims are not evicted"
        : "delete entries, wait until some expire, or raise it";
    return new MemoryError("MEM_CAPACITY", `the store would go beyond ${bound}: ${remedy}`, {
      // A write that is too large for an empty store can never succeed.
      retryable: this.#holds(NOTHING, alone),
    });
  }
}
