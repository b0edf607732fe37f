import type { Embedder, LongTermStore } from "@mem/core";

export interface LongTermOptions {
  /** Absent: the store is opened without an embedder and searches by keyword only. */
  readonly embedder?: Embedder;
}

/** A store and its storage, for the tests to change at will. Disposed after each test, once its stores are closed. */
export interface LongTermHarness extends Partial<AsyncDisposable> {
  readonly store: LongTermStore;
  /**
   * Closes the store and opens the same storage again, with the embedder that it had, or with `options` if they are
   * given.
   */
  reopen(options?: LongTermOptions): Promise<LongTermStore>;
  /**
   * Opens the same storage a second time, as another process would. Required if `capabilities.shared` is true. A
   * store that is not shared returns a handle here that refuses every call with `MEM_LOCKED`.
   */
  another?(): Promise<LongTermStore>;
  /**
   * Closes the store and marks its storage as written by a later version. Required if `capabilities.durability` is
   * `"disk"`.
   */
  markAsNewer?(): Promise<void>;
}

/** Opens a store over fresh, empty storage. */
export type OpenLongTerm = (options: LongTermOptions) => Promise<LongTermHarness>;

/** A harness as the tests use it: its members can be destructured. */
export interface Opened {
  readonly store: LongTermStore;
  readonly reopen: (options?: LongTermOptions) => Promise<LongTermStore>;
  readonly another?: () => Promise<LongTermStore>;
  readonly markAsNewer?: () => Promise<void>;
}

/** Given to each topic of the suite: opens fresh storage, which is cleaned up after the test. */
export type Open = (options?: LongTermOptions) => Promise<Opened>;

/** Tracks what a test opened, so that it is closed whether the test passes or fails. */
export class OpenedLongTerm {
  readonly #open: OpenLongTerm;
  readonly #stores = new Set<LongTermStore>();
  readonly #harnesses = new Set<LongTermHarness>();

  constructor(open: OpenLongTerm) {
    this.#open = open;
  }

  readonly open: Open = async (options = {}) => {
    const harness = await this.#open(options);
    this.#harnesses.add(harness);
    const keep = (store: LongTermStore): LongTermStore => {
      this.#stores.add(store);
      return store;
    };
    return {
      store: keep(harness.store),
      reopen: async (changed) => keep(await harness.reopen(changed)),
      ...(harness.another && { another: async () => keep(await harness.another!()) }),
      ...(harness.markAsNewer && { markAsNewer: () => harness.markAsNewer!() }),
    };
  };

  async dispose(): Promise<void> {
    const stores = [...this.#stores];
    const harnesses = [...this.#harnesses];
    this.#stores.clear();
    this.#harnesses.clear();
    await Promise.all(stores.map((store) => store.close()));
    for (const harness of harnesses) await harness[Symbol.asyncDispose]?.();
  }
}
