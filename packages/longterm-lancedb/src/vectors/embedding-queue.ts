import { setImmediate } from "node:timers/promises";
import { isMemoryError, MemoryError, type Clock, type Embedder } from "@mem/core";
import { embedTexts, type EmbeddedTexts } from "./embedded-texts.ts";
import type { MadeVector, MadeVectors } from "./made-vectors.ts";
import type { PendingRow, PendingRows } from "./pending-rows.ts";
import { joinVectors } from "./text-vectors.ts";

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;
/** What has waited for so long was left by a process that died, or that has no embedder. */
const LEFT_AFTER_MS = 60_000;
/** Vectors of passages whose text lacks others are kept in memory up to about so many. */
const MOST_PAID = 1_024;

/** What a request has brought. */
interface RowVectors {
  readonly vectors: readonly MadeVector[];
  /** Why it is not all. */
  readonly failure?: MemoryError;
}

export interface EmbeddingQueueParts {
  readonly embedder: Embedder;
  readonly pending: PendingRows;
  readonly made: MadeVectors;
  readonly clock: Clock;
  /** Is told that vectors were made. */
  readonly onMade: () => void;
  /** Why the store takes no vectors of this embedder any more, where it does not. */
  readonly refusal: () => MemoryError | undefined;
}

/**
 * Fills in vectors behind the saves. What is still to do stands in the table and the log, so that nothing is lost
 * with the process, and a service that is down costs nothing but time.
 */
export class EmbeddingQueue {
  readonly #parts: EmbeddingQueueParts;
  readonly #closing = new AbortController();
  /** What was made before a failure, by text: it is not asked for again. */
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

  /** Why the last attempt failed, or what the embedder does not take. */
  get failure(): MemoryError | undefined {
    return this.#failure;
  }

  /** Since when there has been a failure at every attempt, in milliseconds since 1970. */
  get failingSince(): number | undefined {
    return this.#failingSince;
  }

  /** Begins with what earlier processes left. */
  begin(): void {
    void this.#start();
  }

  /** Takes note of an entry that was stored without a vector. */
  add(id: string): void {
    // Whoever has the store's embedder makes its vector.
    if (this.#parts.refusal() !== undefined) return;
    this.#parts.pending.add([id]);
    if (this.#cancelRetry === undefined && this.#running === undefined) void this.#start();
  }

  /** Looks after a while for what other processes left. */
  lookLater(): void {
    const { clock, pending } = this.#parts;
    if (this.#closing.signal.aborted) return;
    if (this.#cancelLook !== undefined) {
      this.#isLookDue = true;
      return;
    }
    this.#cancelLook = clock.schedule(LEFT_AFTER_MS, () => {
      this.#cancelLook = undefined;
      // What was written since is too young to be looked at now.
      if (this.#isLookDue) this.lookLater();
      this.#isLookDue = false;
      pending.lookForLeft(clock.now() - LEFT_AFTER_MS);
      // The next attempt, when it comes, looks for them, too.
      if (this.#cancelRetry === undefined) void this.#start();
    });
  }

  /** Resolves when every row has its vector; rejects with what keeps the embedder from making them. */
  async flush(): Promise<void> {
    // What is under way may have looked before the caller's last save.
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
    // What is saved in one go shall be asked for in one request.
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
    // What came in after the last look, unless there is a reason to wait.
    const more = this.#parts.pending.areExpected && this.#cancelRetry === undefined;
    if (more && !signal.aborted) void this.#start();
  }

  /** Resolves with what was made, and why it is not all where the rest is to be tried again. */
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

  /** A row's vectors, where those of all its parts are there. */
  #joined({ id, version, parts }: PendingRow): MadeVector[] {
    const own = parts.flatMap((part) => this.#paid.get(part) ?? []);
    return own.length === parts.length ? [{ id, version, ...joinVectors(own) }] : [];
  }

  /** For good: there is nothing to be tried again. */
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
