import { LogError, type LogErrorCode } from "@mem/append-log";
import { isMemoryError, MemoryError, type MemoryErrorCode } from "@mem/core";

const CODES: Readonly<Record<LogErrorCode, MemoryErrorCode>> = {
  LOG_CLOSED: "MEM_CLOSED",
  LOG_FULL: "MEM_CAPACITY",
  LOG_TOO_LARGE: "MEM_TOO_LARGE",
  LOG_NO_SPACE: "MEM_CAPACITY",
  LOG_READ_ONLY: "MEM_READ_ONLY",
  LOG_IO: "MEM_UNAVAILABLE",
  LOG_FORMAT: "MEM_FORMAT",
  LOG_GONE: "MEM_UNAVAILABLE",
  LOG_NOT_A_FILE: "MEM_CORRUPT",
  LOG_FILE_SYSTEM: "MEM_UNSUPPORTED",
};

/** Turns an error of the log into a `MemoryError`. */
export function storageError(cause: unknown): MemoryError {
  if (isMemoryError(cause)) return cause;
  const code = cause instanceof LogError ? CODES[cause.code] : "MEM_UNAVAILABLE";
  const what = cause instanceof Error ? cause.message : String(cause);
  return new MemoryError(code, `the cache of vectors can't be used: ${what}`, { cause });
}
