export { createMystoreBackend, type MystoreBackendOptions } from "./mystore-backend.ts";
