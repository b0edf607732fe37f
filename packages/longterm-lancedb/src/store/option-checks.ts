import { checkClock, checkEmbedder, checkOptions, MemoryError, type NamesOf } from "@mem/core";
import { LANGUAGE_NAMES } from "@mem/search";
import type { HistoryOptions, LanceDbStoreOptions } from "./options.ts";

const OPTIONS: NamesOf<LanceDbStoreOptions> = {
  uri: true,
  storageOptions: true,
  embedder: true,
  language: true,
  maxUnflushedBytes: true,
  cacheBytes: true,
  history: true,
  clock: true,
};
const HISTORY_OPTIONS: NamesOf<HistoryOptions> = { retentionDays: true };

const DEFAULT_RETENTION_DAYS = 30;

/** Refuses invalid options; `uri` is checked where it is resolved. */
export function checkStoreOptions(options: LanceDbStoreOptions): void {
  checkOptions(options, OPTIONS);
  const { storageOptions = {}, embedder, language = "english", clock } = options;
  const isObject = typeof storageOptions === "object" && storageOptions !== null;
  if (!isObject || Array.isArray(storageOptions)) {
    throw invalid("options.storageOptions", "must be an object");
  }
  for (const [name, value] of Object.entries(storageOptions)) {
    // The message leaves out the value, which may be a secret.
    if (typeof value !== "string") {
      throw invalid(`options.storageOptions.${name}`, "has to be a string");
    }
  }
  if (embedder !== undefined) checkEmbedder(embedder, "options.embedder");
  if (!LANGUAGE_NAMES.includes(language)) {
    throw invalid("options.language", `has to be one of ${LANGUAGE_NAMES.join(", ")}`);
  }
  if (clock !== undefined) checkClock(clock, "options.clock");
}

/** The retention in days; `undefined`: no history is requested. */
export function checkRetention({ history }: LanceDbStoreOptions): number | undefined {
  if (history === undefined) return undefined;
  checkOptions(history, HISTORY_OPTIONS, "options.history");
  const { retentionDays = DEFAULT_RETENTION_DAYS } = history;
  if (Number.isFinite(retentionDays) && retentionDays > 0) return retentionDays;
  throw invalid("options.history.retentionDays", "has to be a number of days above 0");
}

export function checkBytes(
  options: LanceDbStoreOptions,
  name: "maxUnflushedBytes" | "cacheBytes",
  fallback: number,
): number {
  const { [name]: bytes = fallback } = options;
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes;
  throw invalid(`options.${name}`, "has to be a number of bytes");
}

function invalid(path: string, problem: string): MemoryError {
  return new MemoryError("MEM_INVALID_ARGUMENT", `${path} ${problem}`, { path });
}
