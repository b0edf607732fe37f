export { createLanceDbStore } from "./lancedb-store.ts";
export type { HistoryOptions, LanceDbStoreOptions } from "./options.ts";
