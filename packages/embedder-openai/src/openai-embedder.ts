import { throwIfAborted, type Embedder } from "@mem/core";
import type OpenAI from "openai";
import { halves, toBatches, type TextBatch } from "./batches.ts";
import { openClient } from "./endpoint.ts";
import { invalid } from "./option-error.ts";
import { checkReply } from "./reply.ts";
import { embeddingError, isRefusal } from "./service-error.ts";

export interface OpenAiEmbedderOptions {
  /** A client of your own: for Azure, proxies or credentials of another kind. */
  readonly client?: OpenAI;
  /**
   * Sent to `baseUrl`. Default: the environment's `OPENAI_API_KEY`, but only for OpenAI's own URL; for any other it has
   * to be given, `"none"` where the endpoint wants none.
   */
  readonly apiKey?: string;
  /**
   * Any endpoint that speaks the protocol, e.g. `http://127.0.0.1:11434/v1`; it is trusted with texts and key. Default
   * `"https://api.openai.com/v1"`, whatever the environment says.
   */
  readonly baseUrl?: string;
  /** Default `"text-embedding-3-small"`. */
  readonly model?: string;
  /** The length of the vectors. Known for OpenAI's own models; of others it has to be said. */
  readonly dimensions?: number;
  /** The share of the vector score in a hybrid score, 0 to 1. Default 0.5. */
  readonly weight?: number;
  /** How many texts go into one request. Default 256. */
  readonly batchSize?: number;
  /** How many requests are under way at once. Default 4. */
  readonly concurrency?: number;
  /**
   * Longer texts are cut to this many tokens, never through a character. Estimated with a margin: a third of a token for
   * an ASCII character, up to 2.7 for others. Default 8,191, which is what OpenAI's models take.
   */
  readonly maxTextTokens?: number;
  /** Milliseconds for one request. Default 30,000. */
  readonly timeoutMs?: number;
  /** How often a request is repeated after 408, 409, 429, 5xx or a lost connection; `Retry-After` is heeded. Default 3. */
  readonly maxRetries?: number;
}

const KNOWN_DIMENSIONS: Readonly<Record<string, number>> = {
  "text-embedding-3-small": 1536,
  "text-embedding-3-large": 3072,
  "text-embedding-ada-002": 1536,
};

/**
 * Makes an embedder on the `openai` client: OpenAI, Azure, Ollama, vLLM or any compatible endpoint.
 *
 * Nothing connects before the first text. `embed` rejects with `MEM_EMBEDDING` when the service fails, with
 * `MEM_DIMENSION` when its vectors are not `dimensions` long, and with `MEM_ABORTED`; no key is in any error. A text that
 * the service refuses is named by the error's `path`, e.g. `texts[3]`. After a failure nothing more is sent.
 */
export function createOpenAiEmbedder(options: OpenAiEmbedderOptions = {}): Embedder {
  const {
    model = "text-embedding-3-small",
    batchSize = 256,
    concurrency = 4,
    weight = 0.5,
  } = options;
  const { maxTextTokens = 8191, timeoutMs = 30_000, maxRetries = 3 } = options;
  const dimensions = options.dimensions ?? KNOWN_DIMENSIONS[model];
  if (dimensions === undefined) {
    throw invalid(
      "dimensions",
      `has to be given: the length of the vectors of "${model}" is not known`,
    );
  }
  checkCount({ dimensions, batchSize, concurrency, maxTextTokens, timeoutMs });
  if (!(weight >= 0 && weight <= 1)) throw invalid("weight", "has to be from 0 to 1");

  const client = options.client ?? openClient(options);
  // Only this family can be asked for a length; others answer 400 to the question.
  const asked = model.startsWith("text-embedding-3") ? { dimensions } : {};

  const request = async (batch: TextBatch, signal: AbortSignal): Promise<Float32Array[]> => {
    throwIfAborted(signal);
    const { texts, start } = batch;
    try {
      const reply: unknown = await client.embeddings.create(
        { model, input: [...texts], encoding_format: "float", ...asked },
        { timeout: timeoutMs, maxRetries, signal },
      );
      return checkReply(reply, texts.length, dimensions);
    } catch (error) {
      const isRefused = isRefusal(error);
      if (!isRefused || texts.length === 1) {
        throw embeddingError(error, signal, isRefused ? `texts[${start}]` : undefined);
      }
    }
    // A service refuses all texts for one of them, and does not say for which; or they were too many at once.
    const [left, right] = halves(batch);
    return [...(await request(left, signal)), ...(await request(right, signal))];
  };

  return {
    model,
    dimensions,
    weight,
    async embed(texts, { signal }) {
      throwIfAborted(signal);
      const vectors: Float32Array[] = Array.from({ length: texts.length });
      const batches = toBatches(texts, { batchSize, maxTextTokens });
      const failed = new AbortController();
      const stop = AbortSignal.any(
        signal === undefined ? [failed.signal] : [failed.signal, signal],
      );
      const work = async (): Promise<void> => {
        for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
          const found = await request(batch, stop);
          for (const [i, vector] of found.entries()) vectors[batch.start + i] = vector;
        }
      };
      try {
        await Promise.all(Array.from({ length: Math.min(concurrency, batches.length) }, work));
      } catch (error) {
        // Nobody waits for the others' vectors any more: none is to be paid for.
        failed.abort(error);
        throw error;
      }
      return vectors;
    },
  };
}

function checkCount(counts: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(counts)) {
    if (!Number.isInteger(value) || value < 1)
      throw invalid(name, "has to be a whole number, 1 or more");
  }
}
