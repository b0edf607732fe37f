export { getSettings } from "./settings.ts";
export type { MemorySettings, Settings } from "./settings.ts";
export { openKnowledgeStore, openMemory } from "./open-memory.ts";
