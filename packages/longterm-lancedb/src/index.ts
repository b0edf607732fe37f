export { createLanceDbStore } from "./lancedb-store.ts";
export type { LanceDbStoreOptions } from "./lancedb-store.ts";
