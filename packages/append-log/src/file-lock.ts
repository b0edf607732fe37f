import { accessSync, constants } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";

import { eraseHolder, recordHolder } from "./lock-holder.ts";
import { systemCode, systemError } from "./log-error.ts";

/** A lock that is held until it is released or the process that holds it ends, however it ends. */
export interface FileLock extends Disposable {
  /** Idempotent. */
  release(): void;
}

export interface LockOptions {
  /**
   * Records this process while it holds the lock, in the file `<path>.holder`, so that
   * `readLockHolder` in other processes can name it. Default false.
   */
  readonly recordHolder?: boolean;
}

export interface AcquireOptions extends LockOptions {
  /** How long to wait, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

const SQLITE_BUSY = 5;

/**
 * Takes the lock of `path` if nobody holds it, in this or any other process on the machine; otherwise returns
 * `undefined`.
 *
 * It is an operating system lock, taken through an exclusive SQLite transaction, which works alike on every platform
 * and between two handles in one process. Keep its file out of folders that are walked, copied or hashed: closing any
 * other descriptor of the file drops the lock. Not for network file systems.
 */
export async function tryFileLock(
  path: string,
  options: LockOptions = {},
): Promise<FileLock | undefined> {
  // Imported late: a process that never locks does not load SQLite.
  const sqlite = await import("node:sqlite");
  let database: DatabaseSync | undefined;
  try {
    requireWritable(path);
    database = new sqlite.DatabaseSync(path);
    // The journal in memory: nothing is ever written, and on a full disk there would be no room for its file.
    database.exec("PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    if (options.recordHolder) recordHolder(path);
  } catch (cause) {
    database?.close();
    if ((cause as { errcode?: number }).errcode === SQLITE_BUSY) return undefined;
    throw systemError(cause, `lock ${path}`);
  }
  let held = true;
  const release = (): void => {
    if (!held) return;
    held = false;
    try {
      // Not after the lock is given up: the record would be that of the next holder.
      if (options.recordHolder) eraseHolder(path);
    } finally {
      database.close();
    }
  };
  return { release, [Symbol.dispose]: release };
}

/**
 * Throws the operating system's reason if the file can't be written or created. SQLite would only say that it can't
 * open it, and would take a shared lock on a file that can be read but not written.
 */
function requireWritable(path: string): void {
  const { R_OK, W_OK, X_OK } = constants;
  try {
    accessSync(path, R_OK | W_OK);
  } catch (cause) {
    if (systemCode(cause) !== "ENOENT") throw cause;
    accessSync(dirname(path), W_OK | X_OK);
  }
}

/** Waits for the lock of `path`; returns `undefined` on timeout. Rejects with the signal's reason when it fires. */
export async function acquireFileLock(
  path: string,
  options: AcquireOptions = {},
): Promise<FileLock | undefined> {
  const deadline = performance.now() + (options.timeoutMs ?? 10_000);
  for (let pause = 1; ; pause = Math.min(pause * 2, 50)) {
    options.signal?.throwIfAborted();
    const lock = await tryFileLock(path, options);
    if (lock !== undefined || performance.now() >= deadline) return lock;
    // Waiters that slept equally long would go on colliding.
    const slept = delay(pause * (0.5 + Math.random()), undefined, { signal: options.signal });
    // A sleep that is interrupted rejects with an error of its own.
    await slept.catch(() => options.signal?.throwIfAborted());
  }
}
