import { LogError, systemCode, type LogErrorCode } from "@mem/append-log";
import { isMemoryError, MemoryError, type MemoryErrorCode } from "@mem/core";

const CODES: Readonly<Record<Exclude<LogErrorCode, "LOG_IO">, MemoryErrorCode>> = {
  LOG_CLOSED: "MEM_CLOSED",
  LOG_FULL: "MEM_CAPACITY",
  LOG_TOO_LARGE: "MEM_TOO_LARGE",
  LOG_NO_SPACE: "MEM_CAPACITY",
  LOG_READ_ONLY: "MEM_READ_ONLY",
  LOG_FORMAT: "MEM_FORMAT",
  LOG_GONE: "MEM_UNAVAILABLE",
  LOG_NOT_A_FILE: "MEM_CORRUPT",
  LOG_FILE_SYSTEM: "MEM_UNSUPPORTED",
};

const SYSTEM_CODES: Readonly<Record<string, MemoryErrorCode>> = {
  ENOSPC: "MEM_CAPACITY",
  EDQUOT: "MEM_CAPACITY",
  EFBIG: "MEM_CAPACITY",
  EMFILE: "MEM_CAPACITY",
  ENFILE: "MEM_CAPACITY",
  EROFS: "MEM_READ_ONLY",
  ELOOP: "MEM_CORRUPT",
  EISDIR: "MEM_CORRUPT",
};

const FORBIDDEN = new Set(["EACCES", "EPERM"]);
/** Retrying does not help until somebody has changed something. */
const LASTING = new Set([...FORBIDDEN, "EEXIST", "ENOTDIR", "ENAMETOOLONG"]);

/** Translates an error of the log or the operating system into one of the contract. */
export function storageError(cause: unknown): MemoryError {
  if (isMemoryError(cause)) return cause;
  const system = systemCode(cause instanceof LogError ? cause.cause : cause);
  const code =
    cause instanceof LogError && cause.code !== "LOG_IO"
      ? CODES[cause.code]
      : (SYSTEM_CODES[system ?? ""] ?? "MEM_UNAVAILABLE");
  const said = cause instanceof Error ? cause.message : String(cause);
  const message = FORBIDDEN.has(system ?? "") ? `${said}; ${whoMay()}` : said;
  return new MemoryError(code, message, {
    cause,
    outcome: cause instanceof LogError ? cause.outcome : "not-applied",
    ...(system !== undefined && LASTING.has(system) && { retryable: false }),
  });
}

function whoMay(): string {
  // Windows has no numeric user ids.
  const user = process.geteuid === undefined ? "" : ` (user ${process.geteuid()})`;
  return `let the user of this process${user} read and write the folder and its files, by their owner or their mode`;
}
