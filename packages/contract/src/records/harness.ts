import type { RecordStore } from "@mem/core";

/** One storage that the suite may do with as it likes. Disposed after each test, after its stores are closed. */
export interface RecordHarness extends Partial<AsyncDisposable> {
  readonly store: RecordStore;
  /** Closes the store and opens the same storage again. */
  reopen(): Promise<RecordStore>;
  /** Opens the same storage a second time, as another process would. Needed where `capabilities.shared`. */
  another?(): Promise<RecordStore>;
}

/** What a topic of the suite is given: a fresh storage, cleaned up after the test that opened it. */
export type OpenRecords = () => Promise<RecordHarness>;

/** Remembers what a test opened, so that it is closed whether the test passed or not. */
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
