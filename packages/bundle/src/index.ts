export { exportBundle } from "./export-bundle.ts";
export type { ExportBundleOptions, ExportedBundle } from "./export-bundle.ts";
export { importBundle } from "./import-bundle.ts";
export type { ImportBundleOptions } from "./import-bundle.ts";
export type { BundleProgress } from "./progress.ts";
