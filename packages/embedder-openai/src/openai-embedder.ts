import {
  checkOptions,
  createServiceEmbedder,
  type Embedder,
  type EmbeddingLimits,
  type NamesOf,
} from "@mem/core";
import type OpenAI from "openai";
import { openClient } from "./endpoint.ts";
import { invalid } from "./option-error.ts";
import { readReply } from "./reply.ts";
import { readFailure } from "./service-failure.ts";

export interface OpenAiEmbedderOptions extends EmbeddingLimits {
  /** Your own `openai` client, for `AzureOpenAI`, proxies or other kinds of credentials. */
  readonly client?: OpenAI;
  /**
   * The key that is sent to `baseUrl`. Default: the environment's `OPENAI_API_KEY`, but only for OpenAI's own URL. Any
   * other URL requires it; pass `"none"` if the endpoint needs no key.
   */
  readonly apiKey?: string;
  /**
   * Any compatible endpoint, e.g. `http://127.0.0.1:11434/v1`; it receives the texts and the key. Default
   * `"https://api.openai.com/v1"`, whatever the environment says.
   */
  readonly baseUrl?: string;
  /** Default `"text-embedding-3-small"`. */
  readonly model?: string;
  /** The length of the vectors. Known for OpenAI's own models, required for all others. */
  readonly dimensions?: number;
  /**
   * Whether requests ask the service for vectors of that length. Default: only for the `text-embedding-3` models, since
   * others refuse such requests.
   */
  readonly sendDimensions?: boolean;
  /** The share of the vector score in a hybrid score, 0 to 1. Default 0.5. */
  readonly weight?: number;
}

const OPTIONS: NamesOf<OpenAiEmbedderOptions> = {
  client: true,
  apiKey: true,
  baseUrl: true,
  model: true,
  dimensions: true,
  sendDimensions: true,
  weight: true,
  batchSize: true,
  concurrency: true,
  maxTextTokens: true,
  timeoutMs: true,
  deadlineMs: true,
  maxRetries: true,
};

const KNOWN_DIMENSIONS: Readonly<Record<string, number>> = {
  "text-embedding-3-small": 1536,
  "text-embedding-3-large": 3072,
  "text-embedding-ada-002": 1536,
};

/**
 * Makes an embedder on the `openai` client: OpenAI, Azure, Ollama, vLLM or any compatible endpoint.
 *
 * Nothing connects before the first text. `embed` rejects with `MEM_EMBEDDING` when the service fails, with
 * `MEM_DIMENSION` when its vectors are not `dimensions` long, and with `MEM_ABORTED`; no error contains a key. If the
 * service refuses a single text, or fails on it each time while it accepts another, the error's `path` names that text,
 * e.g. `texts[3]`, once all others have their vectors (`vectorsBefore(error)`). After any other failure nothing more is
 * sent.
 */
export function createOpenAiEmbedder(options: OpenAiEmbedderOptions = {}): Embedder {
  checkOptions(options, OPTIONS);
  const { client, apiKey, baseUrl, model = "text-embedding-3-small", ...others } = options;
  if (typeof model !== "string" || model === "") throw invalid("model", "has to be a name");
  const { sendDimensions = model.startsWith("text-embedding-3"), ...limits } = others;
  if (typeof sendDimensions !== "boolean") {
    throw invalid("sendDimensions", "has to be true or false");
  }
  if (client !== undefined && typeof client?.embeddings?.create !== "function") {
    throw invalid("client", "has to be a client of the package openai");
  }
  const dimensions = limits.dimensions ?? KNOWN_DIMENSIONS[model];
  if (dimensions === undefined) {
    throw invalid(
      "dimensions",
      `has to be given: the length of the vectors of "${model}" is not known`,
    );
  }
  const service = client ?? openClient({ apiKey, baseUrl });
  // The client's own timeout does not cover the body of an error; the signal does, and fires first.
  const timeout = Math.min((limits.timeoutMs ?? 30_000) + 1_000, 2 ** 31 - 1);
  return createServiceEmbedder({
    ...limits,
    model,
    dimensions,
    async send({ texts, signal }) {
      const reply: unknown = await service.embeddings.create(
        {
          model,
          input: texts,
          encoding_format: "float",
          ...(sendDimensions && { dimensions }),
        },
        // The client's retries know no deadline, wait a minute at most, and miss an answer that breaks off midway.
        { timeout, maxRetries: 0, signal },
      );
      return readReply(reply, texts.length);
    },
    explain: readFailure,
  });
}
