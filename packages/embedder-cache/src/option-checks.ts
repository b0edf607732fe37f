import { checkEmbedder, checkOptions, MemoryError, type NamesOf } from "@mem/core";
import type { EmbedderCacheOptions } from "./embedder-cache.ts";

const MIN_BYTES = 2 ** 20;
const DEFAULT_BYTES = 2 ** 29;

const OPTIONS: NamesOf<EmbedderCacheOptions> = { embedder: true, dir: true, maxBytes: true };

/** Checks the options and adds the defaults. */
export function resolveOptions(options: EmbedderCacheOptions): Required<EmbedderCacheOptions> {
  checkOptions(options, OPTIONS);
  const { embedder, dir, maxBytes = DEFAULT_BYTES } = options;
  checkEmbedder(embedder, "options.embedder");
  if (typeof dir !== "string" || dir === "") {
    throw invalid("options.dir", "has to be a folder's path");
  }
  if (!Number.isSafeInteger(maxBytes) || maxBytes < MIN_BYTES) {
    throw invalid("options.maxBytes", `has to be a whole number of bytes, ${MIN_BYTES} or more`);
  }
  return { embedder, dir, maxBytes };
}

function invalid(path: string, problem: string): MemoryError {
  return new MemoryError("MEM_INVALID_ARGUMENT", `${path} ${problem}`, { path });
}
