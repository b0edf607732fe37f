export { createLanceDbStore } from "./store-factory.ts";
export type { HistoryOptions, LanceDbStoreOptions } from "./store/options.ts";
