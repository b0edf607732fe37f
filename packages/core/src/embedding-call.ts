import type { EmbedOptions } from "./embedder.ts";
import type { EmbeddingLimits, EmbeddingRequest } from "./embedding-request.ts";
import { isMemoryError, MemoryError } from "./errors.ts";
import {
  embeddingError,
  isPassing,
  isRefusal,
  retryAfterMs,
  type EmbeddingFailure,
} from "./service-failure.ts";
import { orAborted, pause, type ServiceTurns } from "./service-turns.ts";
import { checkVectors } from "./service-vectors.ts";
import { halves, toBatches, type TextBatch } from "./text-batches.ts";
import { withVectors } from "./unfinished-vectors.ts";

const FIRST_REST_MS = 500;
const LONGEST_REST_MS = 8_000;
const REFUSALS_IN_A_ROW = 8;

/** A service, and how it is asked. */
export interface EmbeddingService {
  readonly send: (request: EmbeddingRequest) => Promise<unknown>;
  readonly explain: (error: unknown) => EmbeddingFailure;
  readonly dimensions: number;
  readonly turns: ServiceTurns;
  readonly limits: Readonly<Required<Omit<EmbeddingLimits, "concurrency">>>;
}

/** One call of an embedder: all its requests, until the signal fires, whose reason is what it then rejects with. */
export class EmbeddingCall {
  readonly #service: EmbeddingService;
  readonly #kind: EmbedOptions["kind"];
  readonly #signal: AbortSignal;
  readonly #endsAt: number;
  readonly #refusals: MemoryError[] = [];
  #isAnyMade = false;

  constructor(service: EmbeddingService, kind: EmbedOptions["kind"], signal: AbortSignal) {
    this.#service = service;
    this.#kind = kind;
    this.#signal = signal;
    this.#endsAt = performance.now() + service.limits.deadlineMs;
  }

  /** A failure brings along the vectors that were made all the same. */
  async embed(texts: readonly string[], concurrency: number): Promise<Float32Array[]> {
    const vectors: (Float32Array | undefined)[] = Array.from({ length: texts.length });
    const batches = toBatches(texts, this.#service.limits);
    const work = async (): Promise<void> => {
      for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
        await this.#embedBatch(batch, vectors);
      }
    };
    try {
      await Promise.all(Array.from({ length: Math.min(concurrency, batches.length) }, work));
      const [refusal] = this.#refusals;
      if (refusal !== undefined) throw refusal;
    } catch (error) {
      throw isMemoryError(error) ? withVectors(error, vectors) : error;
    }
    return vectors as Float32Array[];
  }

  async #embedBatch(batch: TextBatch, vectors: (Float32Array | undefined)[]): Promise<void> {
    const { start, texts } = batch;
    for (let retries = 0; ; retries++) {
      try {
        const made = await this.#request(batch);
        for (const [i, vector] of made.entries()) vectors[start + i] = vector;
        this.#isAnyMade = true;
        return;
      } catch (error) {
        if (this.#signal.aborted) throw this.#signal.reason;
        const failure = isMemoryError(error) ? readOwn(error) : this.#service.explain(error);
        if (isRefusal(failure)) {
          if (texts.length > 1) break;
          return this.#refuse(embeddingError(error, failure, { path: `texts[${start}]` }));
        }
        const isLast = retries >= this.#service.limits.maxRetries || !isPassing(failure);
        if (isLast) throw embeddingError(error, failure);
        await this.#rest(error, failure, retries);
      }
    }
    // A service refuses all texts for one of them, and does not say for which; or they were too many at once.
    for (const half of halves(batch)) await this.#embedBatch(half, vectors);
  }

  /** One text that the service refuses does not keep the others from their vectors. */
  #refuse(refusal: MemoryError): void {
    this.#refusals.push(refusal);
    // It takes none: then it is not the texts.
    if (!this.#isAnyMade && this.#refusals.length >= REFUSALS_IN_A_ROW) throw this.#refusals[0];
  }

  async #request({ texts }: TextBatch): Promise<Float32Array[]> {
    const { send, dimensions, turns, limits } = this.#service;
    return await turns.take(this.#kind, this.#signal, async () => {
      const tooSlow = new AbortController();
      const timer = setTimeout(() => tooSlow.abort(timedOut(limits.timeoutMs)), limits.timeoutMs);
      const signal = AbortSignal.any([this.#signal, tooSlow.signal]);
      try {
        const reply = send({ texts: [...texts], kind: this.#kind, signal });
        return checkVectors(await orAborted(reply, signal), texts.length, dimensions);
      } finally {
        clearTimeout(timer);
      }
    });
  }

  /** Waits before a repetition, where the deadline leaves time for it. */
  async #rest(error: unknown, failure: EmbeddingFailure, retries: number): Promise<void> {
    const asked = retryAfterMs(failure);
    const backoff = Math.min(FIRST_REST_MS * 2 ** retries, LONGEST_REST_MS);
    // Not all at once, when many are told to come again.
    const ms = asked ?? backoff * (1 - Math.random() / 4);
    if (performance.now() + ms >= this.#endsAt) {
      const why = `; a repetition in ${Math.ceil(ms / 1000)} s would be too late (\`deadlineMs\`)`;
      throw embeddingError(error, failure, { why });
    }
    if (asked === undefined) await pause(ms, this.#signal);
    else this.#service.turns.rest(asked);
  }
}

/** A reply that can't be used may be better the next time; one of another length never is. */
function readOwn({ retryable }: MemoryError): EmbeddingFailure {
  return { isFinal: !retryable };
}

function timedOut(ms: number): MemoryError {
  return new MemoryError(
    "MEM_EMBEDDING",
    `the embedding service did not answer within ${ms} ms; see \`timeoutMs\``,
  );
}
