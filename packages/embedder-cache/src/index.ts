export { createEmbedderCache } from "./embedder-cache.ts";
export type { EmbedderCache, EmbedderCacheOptions, EmbedderCacheStats } from "./embedder-cache.ts";
