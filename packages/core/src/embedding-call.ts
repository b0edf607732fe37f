import type { EmbedOptions } from "./embedder.ts";
import type { EmbeddingLimits, EmbeddingRequest } from "./embedding-request.ts";
import { isMemoryError, type MemoryError } from "./errors.ts";
import {
  embeddingError,
  isPassing,
  isRefusal,
  readOwnFailure,
  retryAfterMs,
  tooSlow,
  type EmbeddingFailure,
  type TextFailure,
} from "./service-failure.ts";
import { orAborted, pause, type ServiceTurns } from "./service-turns.ts";
import { checkVectors } from "./service-vectors.ts";
import { halves, toBatches, type TextBatch } from "./text-batches.ts";
import { withVectors } from "./unfinished-vectors.ts";

const FIRST_REST_MS = 500;
const LONGEST_REST_MS = 8_000;
const MOST_BLAMED = 8;
/** Every service accepts this text; one that does not is down. */
const PROBE = "text";

/** An embedding service, and how to call it. */
export interface EmbeddingService {
  readonly send: (request: EmbeddingRequest) => Promise<unknown>;
  readonly explain: (error: unknown) => EmbeddingFailure;
  readonly dimensions: number;
  readonly turns: ServiceTurns;
  readonly limits: Readonly<Required<Omit<EmbeddingLimits, "concurrency">>>;
}

type Slots = (Float32Array | undefined)[];

/** One call of an embedder: all its requests, until the signal fires; then it rejects with the signal's reason. */
export class EmbeddingCall {
  readonly #service: EmbeddingService;
  readonly #kind: EmbedOptions["kind"];
  readonly #signal: AbortSignal;
  readonly #endsAt: number;
  readonly #blamed: MemoryError[] = [];
  readonly #tooSlow: MemoryError;
  #isAnyMade = false;

  constructor(service: EmbeddingService, kind: EmbedOptions["kind"], signal: AbortSignal) {
    this.#service = service;
    this.#kind = kind;
    this.#signal = signal;
    this.#endsAt = performance.now() + service.limits.deadlineMs;
    this.#tooSlow = tooSlow(service.limits.timeoutMs);
  }

  /** An error carries the vectors that were made nevertheless. */
  async embed(texts: readonly string[], concurrency: number): Promise<Float32Array[]> {
    const vectors: Slots = Array.from({ length: texts.length });
    const batches = toBatches(texts, this.#service.limits);
    const work = async (): Promise<void> => {
      for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
        await this.#embedBatch(batch, vectors, false);
      }
    };
    try {
      await Promise.all(Array.from({ length: Math.min(concurrency, batches.length) }, work));
      const [blamed] = this.#blamed;
      if (blamed !== undefined) throw blamed;
    } catch (error) {
      throw isMemoryError(error) ? withVectors(error, vectors) : error;
    }
    return vectors as Float32Array[];
  }

  /** `isSearch`: these texts are from a batch that failed, perhaps because of one of them. */
  async #embedBatch(batch: TextBatch, vectors: Slots, isSearch: boolean): Promise<void> {
    const { start, texts } = batch;
    const outcome = await this.#attempt(batch, isSearch);
    if (Array.isArray(outcome)) {
      for (const [i, vector] of outcome.entries()) vectors[start + i] = vector;
      this.#isAnyMade = true;
    } else if (texts.length === 1) {
      await this.#blame(`texts[${start}]`, outcome);
    } else {
      // The service does not say which text is to blame; or there are too many at once.
      for (const half of halves(batch)) await this.#embedBatch(half, vectors, true);
    }
  }

  /** Resolves to their vectors, or to a failure that one of them may have caused. Rejects with any other failure. */
  async #attempt(batch: TextBatch, isSearch: boolean): Promise<Float32Array[] | TextFailure> {
    const isOne = batch.texts.length === 1;
    const { explain, limits } = this.#service;
    for (let retries = 0; ; retries++) {
      try {
        return await this.#request(batch);
      } catch (error) {
        if (this.#signal.aborted) throw this.#signal.reason;
        const failure = isMemoryError(error) ? readOwnFailure(error) : explain(error);
        if (isRefusal(failure)) return { error, failure, isCertain: true };
        // Some services fail on a single text: they answer 500, or return a vector of NaN for it.
        const isDoubtful = isPassing(failure) && (isMemoryError(error) || failure.status === 500);
        // A slow service may answer in time if it gets fewer texts.
        const isHalved = isDoubtful && !isOne && (isSearch || error === this.#tooSlow);
        if (!isHalved && isPassing(failure) && retries < limits.maxRetries) {
          await this.#rest(error, failure, retries);
        } else if (isDoubtful) {
          return { error, failure, isCertain: false };
        } else {
          throw embeddingError(error, failure);
        }
      }
    }
  }

  /** Notes the failure of one text, so that the others still get their vectors. */
  async #blame(path: string, { error, failure, isCertain }: TextFailure): Promise<void> {
    if (!isCertain && !(await this.#isUp())) throw embeddingError(error, failure);
    this.#blamed.push(embeddingError(error, failure, { path }));
    // It accepts none, so the texts are not to blame.
    if (!this.#isAnyMade && this.#blamed.length >= MOST_BLAMED) throw this.#blamed[0];
  }

  /** Whether another text gets its vector now: one made a moment ago may have been the last. */
  async #isUp(): Promise<boolean> {
    try {
      await this.#request({ start: 0, texts: [PROBE] });
      this.#isAnyMade = true;
      return true;
    } catch {
      this.#signal.throwIfAborted();
      return false;
    }
  }

  async #request({ texts }: TextBatch): Promise<Float32Array[]> {
    const { send, dimensions, turns, limits } = this.#service;
    return await turns.take(this.#kind, this.#signal, async () => {
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(this.#tooSlow), limits.timeoutMs);
      const signal = AbortSignal.any([this.#signal, late.signal]);
      try {
        const reply = send({ texts: [...texts], kind: this.#kind, signal });
        return checkVectors(await orAborted(reply, signal), texts.length, dimensions);
      } finally {
        clearTimeout(timer);
      }
    });
  }

  /** Waits before a retry; rejects if the deadline leaves no time for one. */
  async #rest(error: unknown, failure: EmbeddingFailure, retries: number): Promise<void> {
    const asked = retryAfterMs(failure);
    const backoff = Math.min(FIRST_REST_MS * 2 ** retries, LONGEST_REST_MS);
    // Jitter: many callers that are told to retry must not all do so at once.
    const ms = asked ?? backoff * (1 - Math.random() / 4);
    if (performance.now() + ms >= this.#endsAt) {
      const why = `; a repetition in ${Math.ceil(ms / 1000)} s would be too late (\`deadlineMs\`)`;
      throw embeddingError(error, failure, { why });
    }
    if (asked === undefined) await pause(ms, this.#signal);
    else this.#service.turns.rest(asked);
  }
}
