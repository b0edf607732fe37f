import { checkOptions, type NamesOf } from "./checks.ts";
import { checkEmbedder, type Embedder } from "./embedder.ts";
import { invalid } from "./errors.ts";

/** The progress of a `reembed`. */
export interface ReembedProgress {
  /** Texts that have their new vector, including those of an earlier attempt. */
  readonly done: number;
  /** Texts that need a new vector, as far as known. */
  readonly total: number;
}

export interface ReembedOptions {
  readonly onProgress?: (progress: ReembedProgress) => void;
  /** Stops the run; the vectors made so far are kept for the next attempt. */
  readonly signal?: AbortSignal;
}

const REEMBED_OPTIONS: NamesOf<ReembedOptions> = { onProgress: true, signal: true };

/** The result of a `reembed`. */
export interface Reembedded {
  /** Entries that now have a vector of the new embedder. */
  readonly entries: number;
}

/** Refuses a bad embedder or option before any vector is made. */
export function checkReembedding(embedder: Embedder, options: ReembedOptions): void {
  checkOptions(options, REEMBED_OPTIONS);
  if (options.onProgress !== undefined && typeof options.onProgress !== "function") {
    throw invalid("options.onProgress", "has to be a function");
  }
  checkEmbedder(embedder, "embedder");
}
