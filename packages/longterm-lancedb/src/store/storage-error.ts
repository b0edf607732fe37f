import { LogError, type LogErrorCode } from "@mem/append-log";
import { isMemoryError, MemoryError, type MemoryErrorCode, type Outcome } from "@mem/core";

/** Whether a file vanished under a read: another process cleaned up the version that it had begun on. */
export function isVanishedVersion(error: unknown): boolean {
  return /not found|no such file/i.test(messageOf(error));
}

/** What a failed read means: the system, or damaged data. The queries themselves are ours and known to work. */
export function readError(error: unknown, folder: string): unknown {
  if (isMemoryError(error)) return error;
  if (isSystemError(error)) {
    return new MemoryError("MEM_UNAVAILABLE", `the store in ${folder} can't be read`, {
      cause: error,
    });
  }
  // A mistake in this package is not the disk's fault.
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
  return new MemoryError(codesOfLog[code], `the log in ${folder}: ${message}`, {
    cause: error,
    outcome,
  });
}

/** Whether what a log should go on with was removed: by others who wrote the table, or by somebody's hand. */
export function isLogGone(error: unknown): error is MemoryError {
  return isMemoryError(error) && error.cause instanceof LogError && error.cause.code === "LOG_GONE";
}

/** What it means that a read was begun again and again, each time on a version that then was cleaned up. */
export function overtaken(cause: unknown, folder: string): MemoryError {
  const message = `the store in ${folder} is rewritten faster than it can be read; try again`;
  return new MemoryError("MEM_UNAVAILABLE", message, { cause });
}

/** What this process has forgotten since, because its table had it, is not in the table any more. */
export function gonePast(version: number): MemoryError {
  return new MemoryError(
    "MEM_UNAVAILABLE",
    `version ${version} of the table was found to be unreadable by another process, which went back from it; try again`,
  );
}

/** What a failed write means. */
export function writeError(error: unknown, folder: string, outcome: Outcome): MemoryError {
  if (isMemoryError(error)) return error;
  return isDiskFull(error)
    ? new MemoryError("MEM_CAPACITY", `the disk that holds ${folder} is full`, {
        cause: error,
        outcome,
      })
    : new MemoryError("MEM_UNAVAILABLE", `the store in ${folder} can't be written`, {
        cause: error,
        outcome,
      });
}

/** What it means that a store could not be opened or made. */
export function openError(error: unknown, folder: string): unknown {
  return isDiskFull(error) ? writeError(error, folder, "not-applied") : readError(error, folder);
}

function isDiskFull(error: unknown): boolean {
  const { cause } = (error ?? {}) as Error;
  return (
    /ENOSPC|EDQUOT|os error 28|os error 122|no space left|disk is full/i.test(messageOf(error)) ||
    (cause !== undefined && isDiskFull(cause))
  );
}

/** Of the operating system: of Node's calls, of SQLite's, of LanceDB's, or wrapped by `@mem/append-log`. */
export function isSystemError(error: unknown): boolean {
  const { syscall, code, cause } = (error ?? {}) as NodeJS.ErrnoException;
  return (
    typeof syscall === "string" ||
    code === "ERR_SQLITE_ERROR" ||
    /os error \d+/i.test(messageOf(error)) ||
    (cause !== undefined && isSystemError(cause))
  );
}

function isFromLanceDb(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === "GenericFailure";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name} ${error.message}` : String(error);
}
