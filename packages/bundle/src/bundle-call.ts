import { invalid } from "./bundle-error.ts";

/** Refuses a path that is none, and options that nobody reads. */
export function checkCall(path: string, options: object, names: readonly string[]): void {
  if (typeof path !== "string" || path === "") throw invalid("path", "has to name a file");
  if (typeof options !== "object" || options === null) {
    throw invalid("options", "have to be an object, or left out");
  }
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) {
      throw invalid(`options.${name}`, `is not an option; there are ${names.join(", ")}`);
    }
  }
  if (
    "onProgress" in options &&
    options.onProgress !== undefined &&
    typeof options.onProgress !== "function"
  ) {
    throw invalid("options.onProgress", "has to be a function");
  }
}
