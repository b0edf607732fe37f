import { readFileSync, rmSync, writeFileSync } from "node:fs";

import { systemCode, systemError } from "./log-error.ts";

/** The process that holds a lock. */
export interface LockHolder {
  readonly pid: number;
  /** When it took the lock, in milliseconds since 1970. */
  readonly since: number;
}

/** A file of its own: opening and closing the lock file would drop the lock. */
function recordPath(path: string): string {
  return `${path}.holder`;
}

/** Records that this process holds the lock. Call it only while holding the lock. */
export function recordHolder(path: string): void {
  const holder: LockHolder = { pid: process.pid, since: Date.now() };
  writeFileSync(recordPath(path), JSON.stringify(holder));
}

/** Removes the record. Call it only while still holding the lock. */
export function eraseHolder(path: string): void {
  try {
    rmSync(recordPath(path), { force: true });
  } catch (cause) {
    throw systemError(cause, `remove ${recordPath(path)}`);
  }
}

/**
 * Returns the process that holds the lock of `path`, even if it is paused; undefined if nobody holds
 * it, or if the holder is not recorded (`recordHolder`).
 *
 * A hint for diagnostics, never a reason to do what needs the lock: if the holder was killed and
 * another process has its pid by now, that process is named until the lock is taken again.
 */
export function readLockHolder(path: string): LockHolder | undefined {
  let text: string;
  try {
    text = readFileSync(recordPath(path), "utf8");
  } catch (cause) {
    if (systemCode(cause) === "ENOENT") return undefined;
    throw systemError(cause, `read ${recordPath(path)}`);
  }
  const holder = parseHolder(text);
  return holder !== undefined && isAlive(holder.pid) ? holder : undefined;
}

/** Undefined for a record that is still being written. */
function parseHolder(text: string): LockHolder | undefined {
  const match = /^\{"pid":(\d+),"since":(\d+)\}$/.exec(text);
  return match === null ? undefined : { pid: Number(match[1]), since: Number(match[2]) };
}

function isAlive(pid: number): boolean {
  try {
    // Signal 0 is never delivered: it asks whether it could be.
    return process.kill(pid, 0);
  } catch (cause) {
    // Of another user.
    return systemCode(cause) === "EPERM";
  }
}
