export { createMystoreStore, type MystoreStoreOptions } from "./mystore-store.ts";
