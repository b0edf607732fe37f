import { checkCount, checkOptions, checkShare, type NamesOf } from "./checks.ts";
import type { Embedder, EmbedderFingerprint } from "./embedder.ts";
import { EmbeddingCall } from "./embedding-call.ts";
import type { EmbeddingLimits, EmbeddingRequest } from "./embedding-request.ts";
import { invalid, MemoryError, throwIfAborted } from "./errors.ts";
import type { EmbeddingFailure } from "./service-failure.ts";
import { ServiceTurns } from "./service-turns.ts";

export interface ServiceEmbedderOptions extends EmbedderFingerprint, EmbeddingLimits {
  /** The share of the vector score in a hybrid score, 0 to 1. Default 0.5. */
  readonly weight?: number;
  /** Sends one request. Resolves to one vector for each text, in their order; the result is checked. */
  readonly send: (request: EmbeddingRequest) => Promise<unknown>;
  /** Describes the failure that `send` rejected with. */
  readonly explain: (error: unknown) => EmbeddingFailure;
}

const SERVICE_EMBEDDER_OPTIONS: NamesOf<ServiceEmbedderOptions> = {
  model: true,
  dimensions: true,
  weight: true,
  batchSize: true,
  concurrency: true,
  maxTextTokens: true,
  timeoutMs: true,
  deadlineMs: true,
  maxRetries: true,
  send: true,
  explain: true,
};

const MAX_MS = 2 ** 31 - 1;

/**
 * Makes an embedder from a function that sends one request. It adds batches by count and tokens, bounded concurrency,
 * the order of the texts, a timeout and a deadline, retries that respect `Retry-After`, and a check of every vector.
 * For authors of embedders.
 *
 * `embed` rejects with `MEM_EMBEDDING` when the service fails, `MEM_DIMENSION` when its vectors are not `dimensions`
 * long, and `MEM_ABORTED`; errors contain nothing that the service said. If the service refuses a text (400, 413, 422),
 * or fails on it every time while it accepts another, the error's `path` names that text, e.g. `texts[3]`, once the
 * others have their vectors; after any other failure nothing more is sent. `vectorsBefore(error)` has the vectors that
 * were made nevertheless.
 */
export function createServiceEmbedder(options: ServiceEmbedderOptions): Embedder {
  checkOptions(options, SERVICE_EMBEDDER_OPTIONS);
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
        // Nobody waits for the other vectors any more, so none should be paid for.
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
