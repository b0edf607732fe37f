export { createJsonStore } from "./json-store.ts";
export type { JsonStoreOptions } from "./options.ts";
