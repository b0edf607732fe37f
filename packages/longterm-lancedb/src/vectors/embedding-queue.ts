import { setImmediate } from "node:timers/promises";
import { isMemoryError, MemoryError, type Clock, type Embedder } from "@mem/core";
import { embedTexts, type EmbeddedTexts } from "./embedded-texts.ts";
import type { MadeVector, MadeVectors } from "./made-vectors.ts";
import type { PendingRow, PendingRows } from "./pending-rows.ts";
import { joinVectors } from "./text-vectors.ts";

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;
/** An entry that has waited for this long was left by a process that died, or that has no embedder. */
const LEFT_AFTER_MS = 60_000;
/** About how many vectors are kept in memory for texts of which other passages have none yet. */
const MOST_PAID = 1_024;

/** The result of a request. */
interface RowVectors {
  readonly vectors: readonly MadeVector[];
  /** Why vectors are missing. */
  readonly failure?: MemoryError;
}

export interface EmbeddingQueueParts {
  readonly embedder: Embedder;
  readonly pending: PendingRows;
  readonly made: MadeVectors;
  readonly clock: Clock;
  /** Called when vectors were made. */
  readonly onMade: () => void;
  /** Why the store no longer takes vectors of this embedder; `undefined`: it does. */
  readonly refusal: () => MemoryError | undefined;
}

/**
 * Fills in vectors after the saves. The table and the log show what is still to do, so that nothing is lost with the
 * process, and a service that is down costs only time.
 */
export class EmbeddingQueue {
  readonly #parts: EmbeddingQueueParts;
  readonly #closing = new AbortController();
  /** Vectors that were made before a failure, by text: they are not requested again. */
  readonly #paid = new Map<string, Float32Array>();
  #running: Promise<void> | undefined;
  #failures = 0;
  #failure: MemoryError | undefined;
  #failingSince: number | undefined;
  #cancelRetry: (() => void) | undefined;
  #cancelLook: (() => void) | undefined;
  #isLookDue = false;

  constructor(parts: EmbeddingQueueParts) {
    this.#parts = parts;
  }

  /** Why the last attempt failed, or why the embedder refuses a text. */
  get failure(): MemoryError | undefined {
    return this.#failure;
  }

  /** Since when every attempt has failed, in milliseconds since 1970. */
  get failingSince(): number | undefined {
    return this.#failingSince;
  }

  /** Starts with what earlier processes left. */
  begin(): void {
    void this.#start();
  }

  /** Takes note of an entry that was stored without a vector. */
  add(id: string): void {
    // A process that has the store's embedder makes its vector.
    if (this.#parts.refusal() !== undefined) return;
    this.#parts.pending.add([id]);
    if (this.#cancelRetry === undefined && this.#running === undefined) void this.#start();
  }

  /** After a while, looks for what other processes left. */
  lookLater(): void {
    const { clock, pending } = this.#parts;
    if (this.#closing.signal.aborted) return;
    if (this.#cancelLook !== undefined) {
      this.#isLookDue = true;
      return;
    }
    this.#cancelLook = clock.schedule(LEFT_AFTER_MS, () => {
      this.#cancelLook = undefined;
      // Entries that were written since are too young to be looked at now.
      if (this.#isLookDue) this.lookLater();
      this.#isLookDue = false;
      pending.lookForLeft(clock.now() - LEFT_AFTER_MS);
      // If a retry is scheduled, it looks for them, too.
      if (this.#cancelRetry === undefined) void this.#start();
    });
  }

  /** Resolves when every row has its vector; if the embedder can't make them, rejects with the reason. */
  async flush(): Promise<void> {
    // A run that is under way may have looked for rows before the caller's last save.
    await this.#running;
    this.#parts.pending.lookAgain();
    await this.#start();
    if (this.#failure !== undefined) throw this.#failure;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#cancelRetry?.();
    this.#cancelLook?.();
    await this.#running;
  }

  #start(): Promise<void> {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#running ??= this.#run();
    return this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    const { made, onMade, refusal } = this.#parts;
    // Vectors for entries that are saved in one go should go into one request.
    await setImmediate();
    try {
      while (!signal.aborted) {
        const rows = await this.#parts.pending.next();
        if (rows.length === 0) break;
        const embedded = refusal() === undefined ? await this.#embed(rows) : undefined;
        const foreign = refusal();
        if (foreign !== undefined) return this.#stop(foreign);
        const { vectors = [], failure } = embedded ?? {};
        made.add(vectors);
        if (vectors.length > 0) {
          onMade();
          this.#failures = 0;
        }
        if (failure !== undefined) throw failure;
      }
      if (!this.#parts.pending.areRefused) this.#recovered();
    } catch (error) {
      if (!signal.aborted) this.#retryLater(error);
    }
    this.#running = undefined;
    // Continue with what came in after the last look, unless a retry is scheduled.
    const more = this.#parts.pending.areExpected && this.#cancelRetry === undefined;
    if (more && !signal.aborted) void this.#start();
  }

  /** Resolves with what was made and, if the rest is to be tried again, why it is missing. */
  async #embed(rows: readonly PendingRow[]): Promise<RowVectors> {
    const { embedder, pending } = this.#parts;
    const texts = [...new Set(rows.flatMap(({ parts }) => parts))];
    const open = texts.filter((text) => !this.#paid.has(text));
    let embedded: EmbeddedTexts = { vectors: new Map() };
    try {
      if (open.length > 0) embedded = await embedTexts(embedder, open, this.#closing.signal);
    } catch (error) {
      pending.add(rows.map(({ id }) => id));
      throw error;
    }
    const { failure, areRefused = false } = embedded;
    for (const [text, vector] of embedded.vectors) this.#paid.set(text, vector);
    const vectors = rows.flatMap((row) => this.#joined(row));
    const made = new Set(vectors.map(({ id }) => id));
    const missing = rows.flatMap(({ id }) => (made.has(id) ? [] : [id]));
    if (failure === undefined || areRefused || this.#paid.size > MOST_PAID) this.#paid.clear();
    if (failure === undefined) return { vectors };
    if (!areRefused) {
      pending.add(missing);
      return { vectors, failure };
    }
    pending.refuse(missing);
    this.#fail(failure);
    return { vectors };
  }

  /** A row's vectors, if those of all its parts have been made. */
  #joined({ id, version, parts }: PendingRow): MadeVector[] {
    const own = parts.flatMap((part) => this.#paid.get(part) ?? []);
    return own.length === parts.length ? [{ id, version, ...joinVectors(own) }] : [];
  }

  /** Stops for good: nothing is tried again. */
  #stop(refusal: MemoryError): void {
    this.#fail(refusal);
    this.#parts.pending.forget();
    this.#running = undefined;
  }

  #fail(error: unknown): void {
    this.#failure = asMemoryError(error);
    this.#failingSince ??= this.#parts.clock.now();
  }

  #recovered(): void {
    this.#failure = undefined;
    this.#failingSince = undefined;
  }

  #retryLater(error: unknown): void {
    this.#fail(error);
    const delayMs = Math.min(FIRST_RETRY_MS * 2 ** this.#failures, LAST_RETRY_MS);
    this.#failures++;
    this.#cancelRetry = this.#parts.clock.schedule(delayMs, () => void this.#start());
  }
}

function asMemoryError(error: unknown): MemoryError {
  if (isMemoryError(error)) return error;
  return new MemoryError("MEM_EMBEDDING", "vectors could not be made", { cause: error });
}
