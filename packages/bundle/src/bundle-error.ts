import { LogError } from "@mem/append-log";
import { MemoryError } from "@mem/core";

const FULL: ReadonlySet<unknown> = new Set(["ENOSPC", "EDQUOT", "EFBIG", "LOG_NO_SPACE"]);

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

/** What the file system answered, in the words of the contract; anything else as it is. */
export function fileError(cause: unknown, path: string): unknown {
  const isAnswer = cause instanceof LogError || (cause instanceof Error && "syscall" in cause);
  if (!isAnswer || !("code" in cause)) return cause;
  const { message } = cause;
  const code: unknown = cause.code;
  if (code === "ENOENT") return new MemoryError("MEM_NOT_FOUND", `${path} is not there`, { cause });
  return new MemoryError(
    FULL.has(code) ? "MEM_CAPACITY" : "MEM_UNAVAILABLE",
    `${path}: ${message}`,
    { cause, ...(cause instanceof LogError && { outcome: cause.outcome }) },
  );
}
