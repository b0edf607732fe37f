import { checkOptions, type NamesOf } from "@mem/core";
import { invalid } from "./bundle-error.ts";
import type { OnProgress } from "./progress.ts";

/** Refuses an invalid path and unknown options. */
export function checkCall<T extends { readonly onProgress?: OnProgress }>(
  path: string,
  options: T,
  names: NamesOf<NoInfer<T>>,
): void {
  if (typeof path !== "string" || path === "") throw invalid("path", "has to name a file");
  checkOptions(options, names);
  if (options.onProgress !== undefined && typeof options.onProgress !== "function") {
    throw invalid("options.onProgress", "has to be a function");
  }
}
