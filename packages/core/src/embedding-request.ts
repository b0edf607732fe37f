import type { EmbedOptions } from "./embedder.ts";

/** How to call an embedding service. */
export interface EmbeddingLimits {
  /** The maximum number of texts in one request. Default 256. */
  readonly batchSize?: number;
  /** The maximum number of requests at once, over all calls; queries go before documents. Default 4. */
  readonly concurrency?: number;
  /**
   * Longer texts are cut to this many tokens, never within a character. Estimated with a margin: a third of a token for
   * an ASCII character, up to 2.7 for others. Default 8,191, the limit of OpenAI's models.
   */
  readonly maxTextTokens?: number;
  /** Milliseconds for one request, answer included; after that, its texts are sent in two. Default 30,000. */
  readonly timeoutMs?: number;
  /** Milliseconds for one call of `embed`, with all its requests, retries and waits. Default 60,000. */
  readonly deadlineMs?: number;
  /**
   * How many times to retry a request after 408, 409, 425, 429, 5xx, a lost connection or an unusable answer. Default
   * 3. `Retry-After` is respected if it ends before the deadline.
   */
  readonly maxRetries?: number;
}

/** One request to an embedding service. */
export interface EmbeddingRequest {
  /** At least one, at most `batchSize`; none is empty. */
  readonly texts: string[];
  readonly kind: EmbedOptions["kind"];
  /** Fires when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}
