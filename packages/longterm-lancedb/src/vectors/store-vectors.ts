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
  /** The embedder of the vectors that the store has now, as far as is known. */
  readonly owner: () => EmbedderFingerprint | undefined;
  /** Called when vectors were made. */
  readonly onMade: () => void;
}

/** The vectors that this process makes for a store, as long as its embedder is the store's. */
export class StoreVectors {
  /** The vectors on their way into the table. */
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

  /** Since when every attempt has failed, in milliseconds since 1970. */
  get failingSince(): number | undefined {
    return this.#queue?.failingSince;
  }

  /** What is wrong, given the number of pending vectors; `undefined`: nothing. */
  trouble(pending: number): string | undefined {
    const { failure, failingSince } = this;
    if (failure === undefined || failingSince === undefined) return undefined;
    const since = new Date(failingSince).toISOString();
    return `${pending} vectors are pending, since ${since}: ${failure.message}`;
  }

  /** Starts with what earlier processes left. */
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

  /** Call this after a flush by any process. */
  lookLater(): void {
    this.#queue?.lookLater();
  }

  /** Resolves when every row has its vector; if the embedder can't make them, rejects with the reason. */
  async flush(): Promise<void> {
    await this.#queue?.flush();
  }

  /** Changes to the embedder that the store has now: see `reembed`. */
  async goOver(embedder: Embedder): Promise<void> {
    const before = this.#queue;
    this.#queue = undefined;
    await before?.close();
    // No `await` in between: vectors that were made by another embedder must not be taken for this one's.
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
