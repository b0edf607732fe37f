export { createAiSdkEmbedder } from "./ai-sdk-embedder.ts";
export type { AiSdkEmbedderOptions } from "./ai-sdk-embedder.ts";
export type {
  AiSdkEmbeddingModel,
  AiSdkEmbeddings,
  AiSdkProviderOptions,
  AiSdkValue,
} from "./embedding-model.ts";
