import { MemoryError } from "@mem/core";

/** The error if another process has held the store's lock for `waitedMs`. */
export function stillLocked(folder: string, waitedMs: number): MemoryError {
  return new MemoryError(
    "MEM_LOCKED",
    `another process has held the lock of the store in ${folder} for ${waitedMs / 1000} seconds; is it paused?`,
    { retryable: true },
  );
}
