import { LogError, type LogErrorCode } from "@mem/append-log";
import { isMemoryError, MemoryError, type MemoryErrorCode } from "@mem/core";

const CODES: Readonly<Partial<Record<LogErrorCode, MemoryErrorCode>>> = {
  LOG_CLOSED: "MEM_CLOSED",
  LOG_FULL: "MEM_CAPACITY",
  LOG_NO_SPACE: "MEM_CAPACITY",
};

/** What the disk answered, in the words of the contract. */
export function storageError(cause: unknown): MemoryError {
  if (isMemoryError(cause)) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  if (!(cause instanceof LogError)) return new MemoryError("MEM_UNAVAILABLE", message, { cause });
  const { code, outcome } = cause;
  return new MemoryError(CODES[code] ?? "MEM_UNAVAILABLE", message, { cause, outcome });
}

/** The operating system's name of an error, such as `"ENOENT"`. */
export function systemCode(error: unknown): string | undefined {
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}
