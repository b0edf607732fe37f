export { createOpenAiEmbedder } from "./openai-embedder.ts";
export type { OpenAiEmbedderOptions } from "./openai-embedder.ts";
