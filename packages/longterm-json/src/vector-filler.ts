import type { Clock, MemoryError } from "@mem/core";
import type { CheckedEmbedder } from "./checked-embedder.ts";
import { fillMissing } from "./fill-missing.ts";
import type { TextVectors } from "./text-vectors.ts";

const FIRST_REST_MS = 1_000;
const LONGEST_REST_MS = 300_000;

/** Has the missing vectors made in the background. After a failure it rests, longer each time. */
export class VectorFiller {
  readonly #vectors: TextVectors;
  readonly #embedder: CheckedEmbedder;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  #running: Promise<void> | undefined;
  #restMs = FIRST_REST_MS;
  #endRest: (() => void) | undefined;
  #trouble: MemoryError | undefined;

  constructor(vectors: TextVectors, embedder: CheckedEmbedder, clock: Clock) {
    this.#vectors = vectors;
    this.#embedder = embedder;
    this.#clock = clock;
  }

  /** Why the last attempt failed, until one succeeds. */
  get trouble(): MemoryError | undefined {
    return this.#trouble;
  }

  /** Begins, unless it is at work, rests after a failure, or has nothing to do. */
  wake(): void {
    if (this.#endRest !== undefined || this.#vectors.missing.size === 0) return;
    // How it fails is kept as the trouble.
    this.#run().catch(() => {});
  }

  /** Fills in what is missing by now, rested or not. Rejects as the embedder does. */
  async fill(): Promise<void> {
    // What runs may have begun before the last texts came.
    await this.#running?.catch(() => {});
    if (this.#vectors.missing.size > 0) await this.#run();
  }

  /** Gives up what is under way. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#endRest?.();
    await this.#running?.catch(() => {});
  }

  #run(): Promise<void> {
    this.#running ??= this.#fillOnce().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #fillOnce(): Promise<void> {
    this.#endRest?.();
    this.#endRest = undefined;
    // So that all texts of a commit travel together.
    await Promise.resolve();
    try {
      await fillMissing(this.#vectors, this.#embedder, this.#closing.signal);
      this.#trouble = undefined;
      this.#restMs = FIRST_REST_MS;
    } catch (error) {
      this.#trouble = error as MemoryError;
      this.#rest();
      throw error;
    }
  }

  #rest(): void {
    if (this.#closing.signal.aborted) return;
    this.#endRest = this.#clock.schedule(this.#restMs, () => {
      this.#endRest = undefined;
      this.wake();
    });
    this.#restMs = Math.min(this.#restMs * 2, LONGEST_REST_MS);
  }
}
