import { resolve } from "node:path";
import { MemoryError, systemClock, type Clock, type Embedder } from "@mem/core";
import { LANGUAGE_NAMES, type LanguageName } from "@mem/search";

const DEFAULT_MAX_BYTES = 64 * 2 ** 20;
/** Beyond it a file no longer fits into one string. */
const HIGHEST_MAX_BYTES = 256 * 2 ** 20;

export interface JsonStoreOptions {
  /**
   * The file, e.g. `"data/processed/memory/long_term_memory.json"`, made by the first save; its folder and the lock
   * beside it (`.lock`) are made by the first call. With an embedder, the vectors are beside it too (`.vectors.json`).
   */
  readonly path: string;
  /** Makes the vectors for search by meaning. Default: none, so that search is by keyword. */
  readonly embedder?: Embedder;
  /** The language of the texts, for stems and stop words. Default `"english"`. */
  readonly language?: LanguageName;
  /** How large the entries may get, in bytes of the file; `MEM_CAPACITY` beyond. Default 64 MiB, at most 256 MiB. */
  readonly maxBytes?: number;
  /** Default: the machine's. */
  readonly clock?: Clock;
}

/** The options, complete. */
export interface Settings {
  /** Absolute: whoever changes the working folder later does not move the store. */
  readonly path: string;
  readonly embedder: Embedder | undefined;
  readonly language: LanguageName;
  readonly maxBytes: number;
  readonly clock: Clock;
}

export function checkOptions(options: JsonStoreOptions): Settings {
  const {
    path,
    embedder,
    language = "english",
    maxBytes = DEFAULT_MAX_BYTES,
    clock = systemClock,
  } = options;
  if (typeof path !== "string" || path === "") {
    throw invalid("options.path", "has to be the path of a file");
  }
  if (!Number.isInteger(maxBytes) || maxBytes < 1 || maxBytes > HIGHEST_MAX_BYTES) {
    throw invalid("options.maxBytes", `has to be a whole number from 1 to ${HIGHEST_MAX_BYTES}`);
  }
  if (!LANGUAGE_NAMES.includes(language)) {
    throw invalid("options.language", `has to be one of ${LANGUAGE_NAMES.join(", ")}`);
  }
  if (embedder !== undefined) checkEmbedder(embedder, "options.embedder");
  return { path: resolve(path), embedder, language, maxBytes, clock };
}

export function checkEmbedder({ dimensions, weight }: Embedder, path: string): void {
  if (!Number.isInteger(dimensions) || dimensions < 1) {
    throw invalid(`${path}.dimensions`, "has to be a whole number from 1");
  }
  if (!(weight >= 0 && weight <= 1)) {
    throw invalid(`${path}.weight`, "has to be a number from 0 to 1");
  }
}

function invalid(path: string, problem: string): MemoryError {
  return new MemoryError("MEM_INVALID_ARGUMENT", `${path} ${problem}`, { path });
}
