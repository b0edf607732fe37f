import type { LongTermStore, PortableEntry, Restored, RestoreOptions } from "@mem/core";

const BATCH_ENTRIES = 1000;
const BATCH_BYTES = 8 * 2 ** 20;
/** While some batches are stored, the next are read; more than this many gain nothing. */
const IN_FLIGHT = 4;

/** Entries on their way into a store, several batches at once. */
export class EntryBatches {
  readonly #store: LongTermStore;
  readonly #options: RestoreOptions;
  readonly #onStored: (entries: number) => void;
  readonly #running = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;
  #batch: PortableEntry[] = [];
  #bytes = 0;
  #restored: Restored = { stored: 0, skipped: 0 };

  /** `onStored` receives how many are done by now. */
  constructor(store: LongTermStore, options: RestoreOptions, onStored: (entries: number) => void) {
    this.#store = store;
    this.#options = options;
    this.#onStored = onStored;
  }

  /** The result for those that are done by now. */
  get restored(): Restored {
    return this.#restored;
  }

  get isReady(): boolean {
    return this.#batch.length >= BATCH_ENTRIES || this.#bytes >= BATCH_BYTES;
  }

  add(entry: PortableEntry, bytes: number): void {
    this.#batch.push(entry);
    this.#bytes += bytes;
  }

  /** Starts to store what was added, and waits while too much is in flight. Rejects once a batch has failed. */
  async send(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    this.#bytes = 0;
    const running = this.#restore(batch).finally(() => this.#running.delete(running));
    this.#running.add(running);
    if (this.#running.size >= IN_FLIGHT) await Promise.race(this.#running);
    this.#throwFailure();
  }

  async finish(): Promise<Restored> {
    if (this.#batch.length > 0) await this.send();
    await this.settle();
    this.#throwFailure();
    return this.#restored;
  }

  /** Waits for what is in flight, whether it succeeds or fails. */
  async settle(): Promise<void> {
    await Promise.all(this.#running);
  }

  /** Keeps a failure, because nothing may be waiting for it at the moment. */
  async #restore(batch: readonly PortableEntry[]): Promise<void> {
    try {
      const { stored, skipped } = await this.#store.restore(batch, this.#options);
      this.#restored = {
        stored: this.#restored.stored + stored,
        skipped: this.#restored.skipped + skipped,
      };
      this.#onStored(this.#restored.stored + this.#restored.skipped);
    } catch (error) {
      this.#failure ??= { error };
    }
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
