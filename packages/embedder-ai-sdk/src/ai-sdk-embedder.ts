import {
  createServiceEmbedder,
  MemoryError,
  throwIfAborted,
  type Embedder,
  type EmbeddingLimits,
  type EmbedOptions,
} from "@mem/core";
import type { AiSdkEmbeddingModel, AiSdkProviderOptions } from "./embedding-model.ts";
import { boundsOf, unlessAborted } from "./model-bounds.ts";
import { readFailure } from "./model-failure.ts";
import { inOrderOfTexts } from "./reply-order.ts";

export interface AiSdkEmbedderOptions extends EmbeddingLimits {
  /** The length of the model's vectors. */
  readonly dimensions: number;
  /**
   * Names the vector space: a store refuses vectors of another name. Default: the model's `modelId`. To be given where
   * that is the name of a deployment, or where `providerOptions` choose among several spaces.
   */
  readonly model?: string;
  /** The share of the vector score in a hybrid score, 0 to 1. Default 0.5. */
  readonly weight?: number;
  /**
   * Passed on to the provider with every request, e.g. `{ openai: { dimensions: 512 } }`. A function where the model
   * embeds questions otherwise than texts: `(kind) => ({ cohere: { inputType: kind === "query" ? … } })`.
   */
  readonly providerOptions?:
    | AiSdkProviderOptions
    | ((kind: EmbedOptions["kind"]) => AiSdkProviderOptions);
}

/**
 * Makes an embedder of an embedding model of the AI SDK (version 4 to 7), without depending on `ai`.
 *
 * Nothing connects before the first text. `embed` rejects with `MEM_EMBEDDING` when the model fails, with
 * `MEM_DIMENSION` when its vectors are not `dimensions` long, and with `MEM_ABORTED`; no key and no text is in any
 * error. A text that the model refuses is named by the error's `path`, e.g. `texts[3]`. The model's own bounds on texts
 * in a request and requests at once are kept.
 */
export function createAiSdkEmbedder(
  model: AiSdkEmbeddingModel,
  options: AiSdkEmbedderOptions,
): Embedder {
  checkModel(model);
  const { providerOptions } = options;
  const make = (limits: EmbeddingLimits): Embedder =>
    createServiceEmbedder({
      ...options,
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

  // Here for its checks; the model may have to ask somebody for its bounds.
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
