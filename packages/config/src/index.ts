export { getSettings } from "./settings.ts";
export type { MemorySettings, Settings } from "./settings.ts";
export type { RecordsSettings } from "./records-settings.ts";
export type { Secret } from "./secret.ts";
export { openKnowledgeStore, openMemory } from "./open-memory.ts";
