import { resolve } from "node:path";
import {
  checkClock,
  checkEmbedder,
  checkOptions,
  MemoryError,
  systemClock,
  type Clock,
  type Embedder,
  type NamesOf,
} from "@mem/core";
import { LANGUAGE_NAMES, type LanguageName } from "@mem/search";

const DEFAULT_MAX_BYTES = 64 * 2 ** 20;
/** Beyond this, a file no longer fits into one string. */
const HIGHEST_MAX_BYTES = 256 * 2 ** 20;

export interface JsonStoreOptions {
  /**
   * The file, e.g. `"data/processed/memory/long_term_memory.json"`. The first save creates it; the first call creates
   * its folder and the lock beside it (`.lock`). With an embedder, the vectors are beside it too (`.vectors.json`).
   */
  readonly path: string;
  /** Makes the vectors for search by meaning. Default: none; search is by keyword. */
  readonly embedder?: Embedder;
  /** The language of the texts, for stems and stop words. Default `"english"`. */
  readonly language?: LanguageName;
  /** Maximum size of the entries in the file, in bytes; `MEM_CAPACITY` beyond. Default 64 MiB, at most 256 MiB. */
  readonly maxBytes?: number;
  /** Where time comes from. Default: the machine's clock. */
  readonly clock?: Clock;
}

const OPTIONS: NamesOf<JsonStoreOptions> = {
  path: true,
  embedder: true,
  language: true,
  maxBytes: true,
  clock: true,
};

/** The options, complete. */
export interface Settings {
  /** Absolute, so that a later change of the working folder does not move the store. */
  readonly path: string;
  readonly embedder: Embedder | undefined;
  readonly language: LanguageName;
  readonly maxBytes: number;
  readonly clock: Clock;
}

export function resolveOptions(options: JsonStoreOptions): Settings {
  checkOptions(options, OPTIONS);
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
  checkClock(clock, "options.clock");
  return { path: resolve(path), embedder, language, maxBytes, clock };
}

function invalid(path: string, problem: string): MemoryError {
  return new MemoryError("MEM_INVALID_ARGUMENT", `${path} ${problem}`, { path });
}
