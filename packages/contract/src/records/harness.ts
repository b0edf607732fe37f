import type { RecordStore } from "@mem/core";

/** A store and its storage, for the tests to change at will. Disposed after each test, once its stores are closed. */
export interface RecordHarness extends Partial<AsyncDisposable> {
  readonly store: RecordStore;
  /** Closes the store and opens the same storage again. */
  reopen(): Promise<RecordStore>;
  /** Opens the same storage a second time, as another process would. Required if `capabilities.shared` is true. */
  another?(): Promise<RecordStore>;
}

/** Opens a store over fresh, empty storage, which is cleaned up after the test that opened it. */
export type OpenRecords = () => Promise<RecordHarness>;

/** Tracks what a test opened, so that it is closed whether the test passes or fails. */
export class OpenedRecords {
  readonly #open: OpenRecords;
  readonly #stores = new Set<RecordStore>();
  readonly #harnesses = new Set<RecordHarness>();

  constructor(open: OpenRecords) {
    this.#open = open;
  }

  readonly open: OpenRecords = async () => {
    const harness = await this.#open();
    this.#harnesses.add(harness);
    const keep = (store: RecordStore): RecordStore => {
      this.#stores.add(store);
      return store;
    };
    return {
      store: keep(harness.store),
      reopen: async () => keep(await harness.reopen()),
      ...(harness.another && { another: async () => keep(await harness.another!()) }),
    };
  };

  async dispose(): Promise<void> {
    const stores = [...this.#stores];
    const harnesses = [...this.#harnesses];
    this.#stores.clear();
    this.#harnesses.clear();
    try {
      await Promise.all(stores.map((store) => store.close()));
    } finally {
      for (const harness of harnesses) await harness[Symbol.asyncDispose]?.();
    }
  }
}
