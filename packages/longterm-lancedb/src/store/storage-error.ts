import { LogError, type LogErrorCode } from "@mem/append-log";
import { isMemoryError, MemoryError, type MemoryErrorCode, type Outcome } from "@mem/core";
import type { StoreLocation } from "../folder/location.ts";
import { diskRefusal } from "./disk-refusal.ts";

/** Whether a file vanished during a read: another process cleaned up the version of the table that is being read. */
export function isVanishedVersion(error: unknown): boolean {
  return /not found|no such file/i.test(messageOf(error));
}

/** What a failed read means: a system error or damaged data. The queries themselves are ours and known to work. */
export function readError(error: unknown, folder: string): unknown {
  if (isMemoryError(error)) return error;
  const refusal = diskRefusal(error, folder, "not-applied");
  if (refusal !== undefined) return refusal;
  if (isSystemError(error)) {
    return new MemoryError("MEM_UNAVAILABLE", `the store in ${folder} can't be read`, {
      cause: error,
    });
  }
  // A bug in this package does not mean that data is damaged.
  if (!isFromLanceDb(error) && !(error instanceof SyntaxError)) return error;
  return new MemoryError(
    "MEM_CORRUPT",
    `the store in ${folder} is damaged: its files can't be decoded; restore them from a backup`,
    { cause: error },
  );
}

const codesOfLog: Readonly<Record<LogErrorCode, MemoryErrorCode>> = {
  LOG_CLOSED: "MEM_CLOSED",
  LOG_FULL: "MEM_CAPACITY",
  LOG_TOO_LARGE: "MEM_TOO_LARGE",
  LOG_NO_SPACE: "MEM_CAPACITY",
  LOG_READ_ONLY: "MEM_READ_ONLY",
  LOG_IO: "MEM_UNAVAILABLE",
  LOG_FORMAT: "MEM_FORMAT",
  LOG_GONE: "MEM_UNAVAILABLE",
  LOG_NOT_A_FILE: "MEM_UNAVAILABLE",
  LOG_FILE_SYSTEM: "MEM_UNSUPPORTED",
};

/** What a failure of the log means. */
export function logError(error: unknown, folder: string): unknown {
  if (!(error instanceof LogError)) return error;
  const { code, message, outcome } = error;
  // About a limit that is used up, the log's own message says more.
  const refusal = code === "LOG_NO_SPACE" ? undefined : diskRefusal(error, folder, outcome);
  if (refusal !== undefined) return refusal;
  return new MemoryError(codesOfLog[code], `the log in ${folder}: ${message}`, {
    cause: error,
    outcome,
  });
}

/** Whether the part of the log to continue with was removed: by processes that flushed, or by hand. */
export function isLogGone(error: unknown): error is MemoryError {
  return isMemoryError(error) && error.cause instanceof LogError && error.cause.code === "LOG_GONE";
}

/** The error for a read that was started again and again, each time on a version that then was cleaned up. */
export function overtaken(cause: unknown, folder: string): MemoryError {
  const message = `the store in ${folder} is rewritten faster than it can be read; try again`;
  return new MemoryError("MEM_UNAVAILABLE", message, { cause });
}

/** The error if the table lost changes that this process has dropped because its table had them. */
export function gonePast(version: number): MemoryError {
  return new MemoryError(
    "MEM_UNAVAILABLE",
    `version ${version} of the table was found to be unreadable by another process, which went back from it; try again`,
  );
}

/** What a failed write means. */
export function writeError(error: unknown, folder: string, outcome: Outcome): MemoryError {
  if (isMemoryError(error)) return error;
  const message = `the store in ${folder} can't be written`;
  return (
    diskRefusal(error, folder, outcome) ??
    new MemoryError("MEM_UNAVAILABLE", message, { cause: error, outcome })
  );
}

/** What it means if a store could not be opened or created. */
export function openError(error: unknown, { folder, log }: StoreLocation): unknown {
  if (isMemoryError(error)) return error;
  return diskRefusal(error, folder, "not-applied") ?? readError(logError(error, log), folder);
}

/** Whether an error is the operating system's: from Node, SQLite or LanceDB, or wrapped by `@mem/append-log`. */
export function isSystemError(error: unknown): boolean {
  const { syscall, code, cause } = (error ?? {}) as NodeJS.ErrnoException;
  return (
    typeof syscall === "string" ||
    code === "ERR_SQLITE_ERROR" ||
    /os error \d+|Os \{ code: \d+/i.test(messageOf(error)) ||
    (cause !== undefined && isSystemError(cause))
  );
}

function isFromLanceDb(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === "GenericFailure";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name} ${error.message}` : String(error);
}
