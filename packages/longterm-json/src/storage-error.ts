import { LogError, systemCode, type LogErrorCode } from "@mem/append-log";
import { isMemoryError, MemoryError, type MemoryErrorCode } from "@mem/core";

const CODES: Readonly<Partial<Record<LogErrorCode, MemoryErrorCode>>> = {
  LOG_CLOSED: "MEM_CLOSED",
  LOG_FULL: "MEM_CAPACITY",
  LOG_NO_SPACE: "MEM_CAPACITY",
  LOG_READ_ONLY: "MEM_READ_ONLY",
};

const MOUNT = "the disk is mounted read-only; mount it writable";
const PERMIT =
  "the user of this process has to be able to write in that folder, and to read and write the files of this store in it";

/** What has to be changed before anything can be written: waiting does not help. */
const REMEDIES: Readonly<Record<string, string>> = { EROFS: MOUNT, EACCES: PERMIT, EPERM: PERMIT };

/** Translates an error of the disk into one of the contract. */
export function storageError(cause: unknown): MemoryError {
  if (isMemoryError(cause)) return cause;
  const system = systemCode(cause instanceof LogError ? cause.cause : cause) ?? "";
  const remedy = REMEDIES[system];
  const said = cause instanceof Error ? cause.message : String(cause);
  return new MemoryError(
    codeOf(cause, system),
    remedy === undefined ? said : `${said}: ${remedy}`,
    {
      cause,
      outcome: cause instanceof LogError ? cause.outcome : "not-applied",
      ...(remedy !== undefined && { retryable: false }),
    },
  );
}

function codeOf(cause: unknown, system: string): MemoryErrorCode {
  if (system === "EROFS") return "MEM_READ_ONLY";
  return (cause instanceof LogError ? CODES[cause.code] : undefined) ?? "MEM_UNAVAILABLE";
}
