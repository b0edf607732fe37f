import {
  checkOptions,
  createServiceEmbedder,
  MemoryError,
  throwIfAborted,
  type Embedder,
  type EmbeddingLimits,
  type EmbedOptions,
  type NamesOf,
} from "@mem/core";
import type { AiSdkEmbeddingModel, AiSdkProviderOptions } from "./embedding-model.ts";
import { boundsOf, unlessAborted } from "./model-bounds.ts";
import { readFailure } from "./model-failure.ts";
import { inOrderOfTexts } from "./reply-order.ts";

export interface AiSdkEmbedderOptions extends EmbeddingLimits {
  /** The length of the model's vectors. */
  readonly dimensions: number;
  /**
   * Names the vector space: a store refuses vectors of another name. Default: the model's `modelId`. Set it if that is
   * the name of a deployment, or if `providerOptions` choose among several spaces.
   */
  readonly model?: string;
  /** The share of the vector score in a hybrid score, 0 to 1. Default 0.5. */
  readonly weight?: number;
  /**
   * Passed to the provider with every request, e.g. `{ openai: { dimensions: 512 } }`. Use a function if the model
   * embeds queries differently from documents: `(kind) => ({ cohere: { inputType: kind === "query" ? … } })`.
   */
  readonly providerOptions?:
    | AiSdkProviderOptions
    | ((kind: EmbedOptions["kind"]) => AiSdkProviderOptions);
}

const OPTIONS: NamesOf<AiSdkEmbedderOptions> = {
  dimensions: true,
  model: true,
  weight: true,
  providerOptions: true,
  batchSize: true,
  concurrency: true,
  maxTextTokens: true,
  timeoutMs: true,
  deadlineMs: true,
  maxRetries: true,
};

/**
 * Makes an embedder from an embedding model of the AI SDK (version 4 to 7), without depending on `ai`.
 *
 * Nothing connects before the first text. `embed` rejects with `MEM_EMBEDDING` when the model fails, with
 * `MEM_DIMENSION` when its vectors are not `dimensions` long, and with `MEM_ABORTED`; no error contains a key or a
 * text. The error's `path`, e.g. `texts[3]`, names a text that the model refuses. The model's own limits on texts per
 * request and on parallel requests are respected.
 */
export function createAiSdkEmbedder(
  model: AiSdkEmbeddingModel,
  options: AiSdkEmbedderOptions,
): Embedder {
  checkModel(model);
  checkOptions(options, OPTIONS);
  const { providerOptions, ...declaration } = options;
  checkProviderOptions(providerOptions);
  const make = (limits: EmbeddingLimits): Embedder =>
    createServiceEmbedder({
      ...declaration,
      ...limits,
      model: options.model ?? model.modelId,
      async send({ texts, kind, signal }) {
        const own = typeof providerOptions === "function" ? providerOptions(kind) : providerOptions;
        const reply = await model.doEmbed({
          values: texts,
          abortSignal: signal,
          ...(own !== undefined && { providerOptions: own }),
        });
        return inOrderOfTexts(reply);
      },
      explain: readFailure,
    });

  // Made now, to check the options; the model may have to fetch its limits.
  const declared = make({});
  const { batchSize = 256, concurrency = 4, timeoutMs = 30_000 } = options;
  let bounded: Promise<Embedder> | undefined;
  const bind = async (): Promise<Embedder> => {
    try {
      return make(await boundsOf(model, { batchSize, concurrency }, timeoutMs));
    } catch (error) {
      // The next call asks again.
      bounded = undefined;
      throw error;
    }
  };
  return {
    ...declared,
    async embed(texts, request) {
      throwIfAborted(request.signal);
      bounded ??= bind();
      const embedder = await unlessAborted(bounded, request.signal);
      return await embedder.embed(texts, request);
    },
  };
}

function checkModel(model: unknown): void {
  const given = typeof model === "string" ? "a model's name" : "no embedding model";
  if (typeof (model as Partial<AiSdkEmbeddingModel> | null)?.doEmbed === "function") return;
  throw new MemoryError(
    "MEM_INVALID_ARGUMENT",
    `model is ${given}: give the model itself, as a provider makes it, e.g. openai.embedding("text-embedding-3-small") of @ai-sdk/openai`,
    { path: "model" },
  );
}

function checkProviderOptions(given: unknown): void {
  if (given === undefined || typeof given === "function") return;
  if (typeof given === "object" && given !== null) return;
  const path = "options.providerOptions";
  throw new MemoryError(
    "MEM_INVALID_ARGUMENT",
    `${path} has to be an object, or a function that gives one`,
    { path },
  );
}
