import { MemoryError, throwIfAborted, type Embedder } from "@mem/core";
import OpenAI from "openai";
import { toBatches, type TextBatch } from "./batches.ts";
import { checkReply } from "./reply.ts";
import { embeddingError } from "./service-error.ts";

export interface OpenAiEmbedderOptions {
  /** A client of your own: for Azure, proxies or credentials of another kind. */
  readonly client?: OpenAI;
  /** Default: the environment's `OPENAI_API_KEY`. Endpoints that want none still need some text here. */
  readonly apiKey?: string;
  /** Any endpoint that speaks the protocol, e.g. `http://127.0.0.1:11434/v1`. Default: OpenAI's. */
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
  /** Longer texts are cut to this many characters, never through one. Default 24,000. */
  readonly maxTextLength?: number;
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
 * `MEM_DIMENSION` when its vectors are not `dimensions` long, and with `MEM_ABORTED`; no key is in any error.
 */
export function createOpenAiEmbedder(options: OpenAiEmbedderOptions = {}): Embedder {
  const {
    model = "text-embedding-3-small",
    batchSize = 256,
    concurrency = 4,
    weight = 0.5,
  } = options;
  const { maxTextLength = 24_000, timeoutMs = 30_000, maxRetries = 3 } = options;
  const dimensions = options.dimensions ?? KNOWN_DIMENSIONS[model];
  if (dimensions === undefined) {
    throw invalid(
      "dimensions",
      `has to be given: the length of the vectors of "${model}" is not known`,
    );
  }
  checkCount({ dimensions, batchSize, concurrency, maxTextLength, timeoutMs });
  if (!(weight >= 0 && weight <= 1)) throw invalid("weight", "has to be from 0 to 1");

  const client = options.client ?? openClient(options);
  // Only this family can be asked for a length; others answer 400 to the question.
  const asked = model.startsWith("text-embedding-3") ? { dimensions } : {};

  const request = async (
    batch: TextBatch,
    signal: AbortSignal | undefined,
  ): Promise<Float32Array[]> => {
    throwIfAborted(signal);
    try {
      const reply: unknown = await client.embeddings.create(
        { model, input: [...batch.texts], encoding_format: "float", ...asked },
        { timeout: timeoutMs, maxRetries, ...(signal !== undefined && { signal }) },
      );
      return checkReply(reply, batch.texts.length, dimensions);
    } catch (error) {
      throw embeddingError(error, signal);
    }
  };

  return {
    model,
    dimensions,
    weight,
    async embed(texts, { signal }) {
      throwIfAborted(signal);
      const vectors: Float32Array[] = Array.from({ length: texts.length });
      const batches = toBatches(texts, { batchSize, maxTextLength });
      const work = async (): Promise<void> => {
        for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
          const found = await request(batch, signal);
          for (const [i, vector] of found.entries()) vectors[batch.start + i] = vector;
        }
      };
      await Promise.all(Array.from({ length: Math.min(concurrency, batches.length) }, work));
      return vectors;
    },
  };
}

function openClient({
  apiKey = process.env["OPENAI_API_KEY"],
  baseUrl,
}: OpenAiEmbedderOptions): OpenAI {
  if (apiKey === undefined || apiKey === "") {
    throw invalid("apiKey", "is missing: give one, or set OPENAI_API_KEY");
  }
  return new OpenAI({ apiKey, ...(baseUrl !== undefined && { baseURL: baseUrl }) });
}

function checkCount(counts: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(counts)) {
    if (!Number.isInteger(value) || value < 1)
      throw invalid(name, "has to be a whole number, 1 or more");
  }
}

function invalid(option: string, problem: string): MemoryError {
  const path = `options.${option}`;
  return new MemoryError("MEM_INVALID_ARGUMENT", `${path} ${problem}`, { path });
}
