import { checkCount, checkShare } from "./checks.ts";
import type { Embedder, EmbedderFingerprint } from "./embedder.ts";
import { EmbeddingCall } from "./embedding-call.ts";
import type { EmbeddingLimits, EmbeddingRequest } from "./embedding-request.ts";
import { invalid, MemoryError, throwIfAborted } from "./errors.ts";
import type { EmbeddingFailure } from "./service-failure.ts";
import { ServiceTurns } from "./service-turns.ts";

export interface ServiceEmbedderOptions extends EmbedderFingerprint, EmbeddingLimits {
  /** The share of the vector score in a hybrid score, 0 to 1. Default 0.5. */
  readonly weight?: number;
  /** Sends one request. Resolves one vector for each text, in their order; what it resolves is checked, not believed. */
  readonly send: (request: EmbeddingRequest) => Promise<unknown>;
  /** Tells what kind of failure `send` has rejected with. */
  readonly explain: (error: unknown) => EmbeddingFailure;
}

const MAX_MS = 2 ** 31 - 1;

/**
 * Makes an embedder of a function that sends one request. Around it are done: batches by count and tokens, bounded
 * concurrency, the order of the texts, a timeout and a deadline, repetitions that heed `Retry-After`, and a check of
 * every vector. For authors of embedders.
 *
 * `embed` rejects with `MEM_EMBEDDING` when the service fails, `MEM_DIMENSION` when its vectors are not `dimensions`
 * long, and `MEM_ABORTED`; nothing that the service said is in any error. A text that it refuses (400, 413, 422), or
 * fails over each time while it takes another, is named by the error's `path`, e.g. `texts[3]`, when the others have
 * their vectors; after any other failure nothing more is sent. `vectorsBefore(error)` has the vectors that were made all
 * the same.
 */
export function createServiceEmbedder(options: ServiceEmbedderOptions): Embedder {
  const { model, send, explain } = options;
  if (typeof model !== "string" || model === "") throw invalid("options.model", "has to be a name");
  const dimensions = checkCount(options.dimensions, "options.dimensions", 1, 2 ** 16);
  const limits = {
    batchSize: checkCount(options.batchSize ?? 256, "options.batchSize", 1, 2 ** 16),
    maxTextTokens: checkCount(options.maxTextTokens ?? 8191, "options.maxTextTokens", 1, 2 ** 24),
    timeoutMs: checkCount(options.timeoutMs ?? 30_000, "options.timeoutMs", 1, MAX_MS),
    deadlineMs: checkCount(options.deadlineMs ?? 60_000, "options.deadlineMs", 1, MAX_MS),
    maxRetries: checkCount(options.maxRetries ?? 3, "options.maxRetries", 0, 100),
  };
  const concurrency = checkCount(options.concurrency ?? 4, "options.concurrency", 1, 1024);
  const turns = new ServiceTurns(concurrency);

  return {
    model,
    dimensions,
    weight: checkShare(options.weight ?? 0.5, "options.weight"),
    async embed(texts, { kind, signal }) {
      throwIfAborted(signal);
      const ended = new AbortController();
      const giveUp = (): void => ended.abort(aborted(signal));
      const late = setTimeout(() => ended.abort(tooLate(limits.deadlineMs)), limits.deadlineMs);
      signal?.addEventListener("abort", giveUp, { once: true });
      try {
        const service = { send, explain, dimensions, turns, limits };
        return await new EmbeddingCall(service, kind, ended.signal).embed(texts, concurrency);
      } catch (error) {
        // Nobody waits for the others' vectors any more: none is to be paid for.
        ended.abort(error);
        throw error;
      } finally {
        clearTimeout(late);
        signal?.removeEventListener("abort", giveUp);
      }
    },
  };
}

function aborted(signal: AbortSignal | undefined): MemoryError {
  return new MemoryError("MEM_ABORTED", "the embedding was aborted", { cause: signal?.reason });
}

function tooLate(ms: number): MemoryError {
  return new MemoryError(
    "MEM_EMBEDDING",
    `the embedding service did not give all vectors within ${ms} ms; see \`deadlineMs\``,
  );
}
