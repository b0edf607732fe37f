import type { EmbedOptions } from "./embedder.ts";

/** How a service that embeds is asked. */
export interface EmbeddingLimits {
  /** How many texts go into one request. Default 256. */
  readonly batchSize?: number;
  /** How many requests are under way at once, whoever asks; questions go before texts. Default 4. */
  readonly concurrency?: number;
  /**
   * Longer texts are cut to this many tokens, never through a character. Estimated with a margin: a third of a token for
   * an ASCII character, up to 2.7 for others. Default 8,191, which is what OpenAI's models take.
   */
  readonly maxTextTokens?: number;
  /** Milliseconds for one request, answer included; beyond it, its texts are asked for in two. Default 30,000. */
  readonly timeoutMs?: number;
  /** Milliseconds for one call of `embed` with all its requests, repetitions and waits. Default 60,000. */
  readonly deadlineMs?: number;
  /**
   * How often a request is repeated after 408, 409, 425, 429, 5xx, a lost connection or an answer that is none. Default
   * 3. `Retry-After` is heeded, where it ends before the deadline.
   */
  readonly maxRetries?: number;
}

/** One request to a service that embeds. */
export interface EmbeddingRequest {
  /** At least one, at most `batchSize`; none is empty. */
  readonly texts: string[];
  readonly kind: EmbedOptions["kind"];
  /** Fires when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}
