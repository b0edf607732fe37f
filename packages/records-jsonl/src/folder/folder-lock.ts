import { lstatSync } from "node:fs";
import { acquireFileLock, tryFileLock, type FileLock } from "@mem/append-log";
import { MemoryError } from "@mem/core";

/** Takes the lock of a folder if nobody holds it. The lock ends with its holder's process, however that ends. */
export async function tryLock(path: string): Promise<FileLock | undefined> {
  refuseLink(path);
  return tryFileLock(path);
}

/** Waits for the lock; rejects with `MEM_LOCKED` if another process holds it until the timeout. */
export async function takeLock(
  path: string,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<FileLock> {
  refuseLink(path);
  const lock = await acquireFileLock(path, { timeoutMs, ...(signal !== undefined && { signal }) });
  if (lock !== undefined) return lock;
  const message = `another process has held ${path} for ${timeoutMs} ms; try again when it is done`;
  throw new MemoryError("MEM_LOCKED", message);
}

/** SQLite would follow a link, and create or open a file wherever it leads. */
function refuseLink(path: string): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined || stats.isFile()) return;
  throw new MemoryError("MEM_CORRUPT", `${path} is a link or no regular file; remove it`);
}
