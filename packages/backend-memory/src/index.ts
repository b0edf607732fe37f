export { createMemoryBackend } from "./create-memory-backend.ts";
export { EVICTIONS } from "./evictions.ts";
export type { Eviction } from "./evictions.ts";
export type { MemoryBackendOptions } from "./options.ts";
