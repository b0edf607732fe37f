import { isMemoryError, MemoryError, type Clock } from "@mem/core";
import type { CheckedEmbedder } from "./checked-embedder.ts";
import type { TextVectors } from "./text-vectors.ts";

/** The most texts in one request. */
const BATCH = 64;
const FIRST_REST_MS = 1_000;
const LONGEST_REST_MS = 300_000;
/** How long a flush waits for a request that was sent before; after that, the texts are sent again. */
const PATIENCE_MS = 5_000;

/** Has missing vectors made in the background. After a failure it rests, longer each time. */
export class VectorFiller {
  readonly #vectors: TextVectors;
  readonly #embedder: CheckedEmbedder;
  readonly #clock: Clock;
  readonly #onMade: () => void;
  readonly #closing = new AbortController();
  #attempt = new AbortController();
  #running: Promise<void> | undefined;
  #restMs = FIRST_REST_MS;
  #endRest: (() => void) | undefined;
  #trouble: MemoryError | undefined;

  /** `onMade` is called after every batch. */
  constructor(
    vectors: TextVectors,
    embedder: CheckedEmbedder,
    clock: Clock,
    onMade: () => void = () => {},
  ) {
    this.#vectors = vectors;
    this.#embedder = embedder;
    this.#clock = clock;
    this.#onMade = onMade;
  }

  /** Why the last attempt failed, until one succeeds. */
  get trouble(): MemoryError | undefined {
    return this.#trouble;
  }

  /** Begins, unless it is at work, rests after a failure, or has nothing to do. */
  wake(): void {
    if (this.#endRest !== undefined || this.#vectors.missing.size === 0) return;
    // The failure is kept as `trouble`.
    this.#run().catch(() => {});
  }

  /** Fills in what is missing now, even during a rest. Rejects as the embedder does. */
  async fill(): Promise<void> {
    await this.#endRunning();
    if (this.#vectors.missing.size > 0) await this.#run();
  }

  /** Gives up what is under way. */
  async close(): Promise<void> {
    this.#closing.abort(new MemoryError("MEM_CLOSED", "the store was closed while it waited"));
    this.#endRest?.();
    await this.#running?.catch(() => {});
  }

  /** Ends the running attempt, which may have begun before the last texts came, or before the service was back. */
  async #endRunning(): Promise<void> {
    const cancel = this.#clock.schedule(PATIENCE_MS, () => {
      const message = "it took too long, and was asked for again";
      this.#attempt.abort(new MemoryError("MEM_EMBEDDING", message));
    });
    await this.#running?.catch(() => {});
    cancel();
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
    this.#attempt = new AbortController();
    // So that all texts of a commit share requests.
    await Promise.resolve();
    try {
      await this.#fillMissing();
      this.#trouble = undefined;
      this.#restMs = FIRST_REST_MS;
    } catch (error) {
      this.#trouble = error as MemoryError;
      this.#rest();
      throw error;
    }
  }

  /**
   * Has every missing vector made. A text that the embedder refuses does not hold up the others: smaller and smaller
   * batches isolate it, and it is left for the next attempt. Rejects if anything is left.
   */
  async #fillMissing(): Promise<void> {
    const vectors = this.#vectors;
    const signal = AbortSignal.any([this.#attempt.signal, this.#closing.signal]);
    const refused = new Set<string>();
    let refusal: unknown;
    let refusedInARow = 0;
    let size = BATCH;
    for (;;) {
      const texts = [...vectors.missing].filter((text) => !refused.has(text)).slice(0, size);
      const [first] = texts;
      if (first === undefined) break;
      try {
        const made = await this.#embedder.embed(texts, "document", signal);
        for (const [i, text] of texts.entries()) vectors.set(text, made[i] as Float32Array);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        size = Math.ceil(texts.length / 2);
        if (texts.length > 1) continue;
        refusal = error;
        refusedInARow += 1;
        // The texts are not to blame: the embedder refuses whatever it is given.
        if (refusedInARow > 1) throw error;
        refused.add(first);
        vectors.postpone(first);
        continue;
      }
      refusedInARow = 0;
      size = Math.min(size * 2, BATCH);
      this.#onMade();
    }
    if (refusal !== undefined) throw refusal;
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

/** Whether trying again is useless: the service is up, and refuses what it was given. */
function isRefusal(error: unknown): boolean {
  return isMemoryError(error, "MEM_EMBEDDING") && !error.retryable;
}
