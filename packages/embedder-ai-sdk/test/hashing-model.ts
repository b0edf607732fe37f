import { createHashingEmbedder } from "@mem/core";
import type { AiSdkEmbeddingModel, AiSdkEmbeddings } from "../src/index.ts";

type Call = Parameters<AiSdkEmbeddingModel["doEmbed"]>[0];

export interface HashingModel extends AiSdkEmbeddingModel {
  readonly specificationVersion: "v4";
  readonly provider: string;
  readonly calls: Call[];
}

export interface HashingModelOptions extends Partial<
  Pick<AiSdkEmbeddingModel, "maxEmbeddingsPerCall" | "supportsParallelCalls">
> {
  readonly dimensions: number;
  /** Answers one call; if it is absent or returns `undefined`, the model answers correctly. */
  readonly answer?: (
    call: Call,
    attempt: number,
  ) => AiSdkEmbeddings | undefined | Promise<AiSdkEmbeddings | undefined>;
}

/** A model as specified by the AI SDK, with answers of the test's choice. */
export function createHashingModel({
  dimensions,
  answer,
  maxEmbeddingsPerCall = 2048,
  supportsParallelCalls = true,
}: HashingModelOptions): HashingModel {
  const embedder = createHashingEmbedder({ dimensions });
  const calls: Call[] = [];
  return {
    specificationVersion: "v4",
    provider: "test.embedding",
    modelId: "hashing",
    maxEmbeddingsPerCall,
    supportsParallelCalls,
    calls,
    async doEmbed(call) {
      calls.push(call);
      const answered = await answer?.(call, calls.length);
      if (answered !== undefined) return answered;
      const vectors = await embedder.embed(call.values, { kind: "document" });
      return { embeddings: vectors.map((vector) => [...vector]), warnings: [] };
    },
  };
}
