import type { Clock, Embedder, EmbedderFingerprint, MemoryError } from "@mem/core";
import type { Base } from "../table/base.ts";
import type { CurrentEmbedder } from "./current-embedder.ts";
import { EmbeddingQueue } from "./embedding-queue.ts";
import { MadeVectors } from "./made-vectors.ts";
import { isSameEmbedder } from "./fingerprint.ts";
import type { Overlay } from "../log/overlay.ts";
import { PendingRows } from "./pending-rows.ts";
import { foreignEmbedder } from "../store/store-description.ts";

export interface StoreVectorsParts {
  readonly embedder: CurrentEmbedder;
  readonly base: Pick<Base, "use">;
  readonly overlay: Overlay;
  readonly clock: Clock;
  /** Whose vectors the store has by now, as far as is known. */
  readonly owner: () => EmbedderFingerprint | undefined;
  /** Is told that vectors were made. */
  readonly onMade: () => void;
}

/** The vectors that this process makes for a store: as long as its embedder is the store's, and from then on no more. */
export class StoreVectors {
  /** Those on their way into the table. */
  readonly made: MadeVectors;
  readonly #parts: StoreVectorsParts;
  #queue: EmbeddingQueue | undefined;
  #closed = false;

  constructor(parts: StoreVectorsParts) {
    this.#parts = parts;
    this.made = new MadeVectors(parts.overlay);
  }

  /** Whether there is an embedder. */
  get areWanted(): boolean {
    return this.#parts.embedder.get() !== undefined;
  }

  /** Why the last attempt to make some failed. */
  get failure(): MemoryError | undefined {
    return this.#queue?.failure;
  }

  /** Since when it fails, in milliseconds since 1970. */
  get failingSince(): number | undefined {
    return this.#queue?.failingSince;
  }

  /** What is wrong, where so many are pending; `undefined`: nothing. */
  trouble(pending: number): string | undefined {
    const { failure, failingSince } = this;
    if (failure === undefined || failingSince === undefined) return undefined;
    const since = new Date(failingSince).toISOString();
    return `${pending} vectors are pending, since ${since}: ${failure.message}`;
  }

  /** Begins with what earlier processes left. */
  begin(): void {
    const embedder = this.#parts.embedder.get();
    if (embedder === undefined || this.#closed) return;
    this.#queue = this.#queueOf(embedder);
    this.#queue.begin();
  }

  /** Takes note of an entry that was stored without a vector. */
  add(id: string): void {
    this.#queue?.add(id);
  }

  /** To be called when the table was written, by whichever process. */
  lookLater(): void {
    this.#queue?.lookLater();
  }

  /** Resolves when every row has its vector; rejects with what keeps the embedder from making them. */
  async flush(): Promise<void> {
    await this.#queue?.flush();
  }

  /** Goes over to the embedder that the store has by now: see `reembed`. */
  async goOver(embedder: Embedder): Promise<void> {
    const before = this.#queue;
    this.#queue = undefined;
    await before?.close();
    // Together: those that were made by another one are not to be taken for this one's.
    if (!isSameEmbedder(this.#parts.embedder.get(), embedder)) this.made.clear();
    this.#parts.embedder.replace(embedder);
    this.begin();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#queue?.close();
  }

  #queueOf(embedder: Embedder): EmbeddingQueue {
    const { base, overlay, clock, owner, onMade } = this.#parts;
    const { made } = this;
    const refusal = (): MemoryError | undefined => foreignEmbedder(owner(), embedder);
    const pending = new PendingRows(base, overlay, made, () => refusal() === undefined);
    return new EmbeddingQueue({ embedder, pending, made, clock, onMade, refusal });
  }
}
