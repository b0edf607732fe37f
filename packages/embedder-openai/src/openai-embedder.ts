import { createServiceEmbedder, type Embedder, type EmbeddingLimits } from "@mem/core";
import type OpenAI from "openai";
import { openClient } from "./endpoint.ts";
import { invalid } from "./option-error.ts";
import { readReply } from "./reply.ts";
import { readFailure } from "./service-failure.ts";

export interface OpenAiEmbedderOptions extends EmbeddingLimits {
  /** A client of your own: `AzureOpenAI`, proxies or credentials of another kind. */
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
  /**
   * Whether the service is asked for vectors of that length. Default: of the `text-embedding-3` models only, since
   * others refuse the question.
   */
  readonly sendDimensions?: boolean;
  /** The share of the vector score in a hybrid score, 0 to 1. Default 0.5. */
  readonly weight?: number;
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
 * the service refuses, or fails over each time while it takes another, is named by the error's `path`, e.g. `texts[3]`,
 * when the others have their vectors (`vectorsBefore(error)`); after any other failure nothing more is sent.
 */
export function createOpenAiEmbedder(options: OpenAiEmbedderOptions = {}): Embedder {
  const { model = "text-embedding-3-small" } = options;
  const { sendDimensions = model.startsWith("text-embedding-3") } = options;
  const dimensions = options.dimensions ?? KNOWN_DIMENSIONS[model];
  if (dimensions === undefined) {
    throw invalid(
      "dimensions",
      `has to be given: the length of the vectors of "${model}" is not known`,
    );
  }
  const client = options.client ?? openClient(options);
  // Its own timeout forgets the body of an error; the signal does not, and comes first.
  const timeout = Math.min((options.timeoutMs ?? 30_000) + 1_000, 2 ** 31 - 1);
  return createServiceEmbedder({
    ...options,
    model,
    dimensions,
    async send({ texts, signal }) {
      const reply: unknown = await client.embeddings.create(
        {
          model,
          input: texts,
          encoding_format: "float",
          ...(sendDimensions && { dimensions }),
        },
        // The client waits by no deadline and no longer than a minute, and repeats nothing that breaks off midway.
        { timeout, maxRetries: 0, signal },
      );
      return readReply(reply, texts.length);
    },
    explain: readFailure,
  });
}
