import type { LongTermStore, PortableEntry, Restored, RestoreOptions } from "@mem/core";

const BATCH_ENTRIES = 1000;
const BATCH_BYTES = 8 * 2 ** 20;
/** While some are stored, the next ones are read: more than this gains nothing. */
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

  /** `onStored` is told how many are done by now. */
  constructor(store: LongTermStore, options: RestoreOptions, onStored: (entries: number) => void) {
    this.#store = store;
    this.#options = options;
    this.#onStored = onStored;
  }

  /** What became of those that are done by now. */
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

  /** Begins to store what was added, and waits while too much is under way. Rejects as soon as a batch has. */
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

  /** Waits for what is under way, however it goes. */
  async settle(): Promise<void> {
    await Promise.all(this.#running);
  }

  /** Keeps how it fails: nobody may be waiting for it just then. */
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
