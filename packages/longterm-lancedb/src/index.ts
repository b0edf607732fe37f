export { createLanceDbStore } from "./lancedb-store.ts";
export type { HistoryOptions, LanceDbStoreOptions } from "./store/options.ts";
