import { LogError } from "@mem/append-log";
import { MemoryError, type MemoryErrorCode } from "@mem/core";

/** By the code of the file system or of the log. */
const CODES: ReadonlyMap<unknown, MemoryErrorCode> = new Map([
  ["ENOSPC", "MEM_CAPACITY"],
  ["EDQUOT", "MEM_CAPACITY"],
  ["EFBIG", "MEM_CAPACITY"],
  ["LOG_NO_SPACE", "MEM_CAPACITY"],
  ["EROFS", "MEM_READ_ONLY"],
  ["LOG_READ_ONLY", "MEM_READ_ONLY"],
]);

/** For input that a caller can correct, named by its path. */
export function invalid(path: string, problem: string): MemoryError {
  return new MemoryError("MEM_INVALID_ARGUMENT", `${path} ${problem}`, { path });
}

/** For a bundle that is not what was written. */
export function damaged(path: string, problem: string): MemoryError {
  return new MemoryError(
    "MEM_CORRUPT",
    `${path} is damaged: ${problem}. Take another copy of it, or export it again`,
  );
}

/** Translates an error of the file system to the contract's codes; returns anything else unchanged. */
export function fileError(cause: unknown, path: string): unknown {
  const isAnswer = cause instanceof LogError || (cause instanceof Error && "syscall" in cause);
  if (!isAnswer || !("code" in cause)) return cause;
  const { message } = cause;
  const code: unknown = cause.code;
  if (code === "ENOENT") return new MemoryError("MEM_NOT_FOUND", `${path} is not there`, { cause });
  return new MemoryError(CODES.get(code) ?? "MEM_UNAVAILABLE", `${path}: ${message}`, {
    cause,
    ...(cause instanceof LogError && { outcome: cause.outcome }),
  });
}
