import { checkOptionNames, checkOptions } from "./checks.ts";
import type { Embedder } from "./embedder.ts";
import { invalid } from "./errors.ts";

/** How far a `reembed` has come. */
export interface ReembedProgress {
  /** Texts whose new vector is there, those of an earlier attempt among them. */
  readonly done: number;
  /** Texts that need one, as far as is known by now. */
  readonly total: number;
}

export interface ReembedOptions {
  readonly onProgress?: (progress: ReembedProgress) => void;
  /** Stops; what was made is kept for the next attempt. */
  readonly signal?: AbortSignal;
}

/** What a `reembed` did. */
export interface Reembedded {
  /** Entries that have a vector of the new embedder now. */
  readonly entries: number;
}

/** Refuses what can't make vectors before any is made. */
export function checkReembedding(embedder: Embedder, options: ReembedOptions): void {
  checkOptions(options);
  checkOptionNames(options, ["onProgress", "signal"], "options");
  if (options.onProgress !== undefined && typeof options.onProgress !== "function") {
    throw invalid("options.onProgress", "has to be a function");
  }
  if (typeof embedder?.embed !== "function") {
    throw invalid("embedder", "is not an embedder: it has no method embed");
  }
  if (typeof embedder.model !== "string" || embedder.model === "") {
    throw invalid("embedder.model", "has to be the name of its vectors");
  }
  if (!Number.isInteger(embedder.dimensions) || embedder.dimensions < 1) {
    throw invalid("embedder.dimensions", "has to be a whole number, 1 or more");
  }
}
