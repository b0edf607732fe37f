/**
 * Why a call on a log or a line file failed. Codes never change within a major version; messages
 * may.
 *
 * - `LOG_CLOSED`: the log was closed before the call.
 * - `LOG_FULL`: too many bytes wait to be written; try again when some have been written.
 * - `LOG_TOO_LARGE`: one line is longer than the log accepts.
 * - `LOG_NO_SPACE`: the disk, the quota or the file size limit is used up.
 * - `LOG_READ_ONLY`: the file system is mounted read-only.
 * - `LOG_IO`: another error of the operating system; see `cause`.
 * - `LOG_FORMAT`: a newer version of this library wrote the log.
 * - `LOG_GONE`: the file to read or append to was removed, moved or cut short by somebody.
 * - `LOG_NOT_A_FILE`: in place of the file there is a symbolic link, which is never followed, a
 *   folder, a pipe or a device.
 * - `LOG_FILE_SYSTEM`: the folder is on a network file system.
 */
export type LogErrorCode =
  | "LOG_CLOSED"
  | "LOG_FULL"
  | "LOG_TOO_LARGE"
  | "LOG_NO_SPACE"
  | "LOG_READ_ONLY"
  | "LOG_IO"
  | "LOG_FORMAT"
  | "LOG_GONE"
  | "LOG_NOT_A_FILE"
  | "LOG_FILE_SYSTEM";

/** Whether the bytes of a failed append are certainly absent, or may be in the file. */
export type LogOutcome = "not-applied" | "unknown";

/** Every failure of this package, except mistakes in the program, which are `TypeError`s. */
export class LogError extends Error {
  override readonly name = "LogError";
  readonly code: LogErrorCode;
  readonly outcome: LogOutcome;

  constructor(
    code: LogErrorCode,
    message: string,
    options: { outcome?: LogOutcome; cause?: unknown } = {},
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.outcome = options.outcome ?? "not-applied";
  }
}

/** The same failure with another outcome, for a caller whose bytes may be in the file. */
export function withOutcome<E>(error: E, outcome: LogOutcome): E | LogError {
  if (!(error instanceof LogError) || error.outcome === outcome) return error;
  return new LogError(error.code, error.message, { outcome, cause: error.cause });
}

const codes: Readonly<Record<string, LogErrorCode>> = {
  ENOSPC: "LOG_NO_SPACE",
  EDQUOT: "LOG_NO_SPACE",
  EFBIG: "LOG_NO_SPACE",
  EROFS: "LOG_READ_ONLY",
  ELOOP: "LOG_NOT_A_FILE",
  EISDIR: "LOG_NOT_A_FILE",
};

/** What the operating system answered, as a `LogError`; `doing` completes "could not …". */
export function systemError(
  cause: unknown,
  doing: string,
  outcome: LogOutcome = "not-applied",
): LogError {
  const answer = systemCode(cause) ?? "unknown error";
  const code = codes[answer] ?? "LOG_IO";
  return new LogError(code, `Could not ${doing}: ${answer}`, { outcome, cause });
}

/** A write to a regular file is cut short only if there is no room for the rest. */
export function shortWrite(
  path: string,
  written: number,
  bytes: number,
  outcome: LogOutcome,
): LogError {
  const message = `${path} took only ${written} of ${bytes} bytes: the disk or a limit is full`;
  return new LogError("LOG_NO_SPACE", message, { outcome });
}

const fullInWords = /ENOSPC|EDQUOT|EFBIG|os error (?:27|28|122)\b|no space left|disk is full/i;

/**
 * Whether a failure comes from a full disk, an exhausted quota or a file size limit, whether it was
 * reported by this package, the operating system or, in words, SQLite or a native library. Checks
 * the error's causes, too.
 */
export function isDiskFull(error: unknown): boolean {
  for (let failure = error, depth = 0; failure instanceof Error && depth < 10; depth++) {
    if (failure instanceof LogError && failure.code === "LOG_NO_SPACE") return true;
    if (codes[systemCode(failure) ?? ""] === "LOG_NO_SPACE") return true;
    if (fullInWords.test(failure.message)) return true;
    failure = failure.cause;
  }
  return false;
}

/** Returns the code of an operating system error, such as `"ENOENT"`. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}
