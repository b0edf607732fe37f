import { readdir, readFile, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import {
  makeDirectory,
  systemCode,
  tryFileLock,
  writeFileDurably,
  type FileLock,
} from "@mem/append-log";
import { MemoryError } from "@mem/core";
import { storageError } from "./storage-error.ts";

/** The file on disk, held by one handle in one process at a time. */
export class DocumentFile {
  readonly path: string;
  /** Absent if this process may only read; the first write that it is allowed to make takes the lock. */
  #lock: FileLock | undefined;
  /** Distinguishes the file that was last read or written from any other. */
  #stamp: string;

  private constructor(path: string, lock: FileLock | undefined, stamp: string) {
    this.path = path;
    this.#lock = lock;
    this.#stamp = stamp;
  }

  /**
   * Takes hold of the file at this absolute path, which need not exist yet. Rejects with `MEM_LOCKED` if another handle
   * holds it.
   */
  static async hold(path: string): Promise<DocumentFile> {
    let lock: FileLock | undefined;
    try {
      await makeDirectory(dirname(path), true);
      lock = await takeLock(path);
      return new DocumentFile(path, lock, await stampOf(path));
    } catch (error) {
      lock?.release();
      const failure = storageError(error);
      const stamp = mayOnlyRead(failure) ? await stampOf(path).catch(() => ABSENT) : ABSENT;
      if (stamp === ABSENT) throw failure;
      return new DocumentFile(path, undefined, stamp);
    }
  }

  /** The content, or `undefined` if there is no file yet. */
  async read(): Promise<Uint8Array | undefined> {
    try {
      this.#stamp = await stampOf(this.path);
    } catch (error) {
      throw storageError(error);
    }
    return this.look();
  }

  /** The present content, whoever wrote it. Does not affect what counts as changed by others. */
  async look(): Promise<Uint8Array | undefined> {
    try {
      return await readFile(this.path);
    } catch (error) {
      if (systemCode(error) === "ENOENT") return undefined;
      throw storageError(error);
    }
  }

  /** Resolves when the new content would survive a power cut. */
  async replace(content: string): Promise<void> {
    try {
      this.#lock ??= await takeLock(this.path);
      if ((await stampOf(this.path)) !== this.#stamp) throw changedByOthers(this.path);
      await writeFileDurably(this.path, content);
      this.#stamp = await stampOf(this.path);
    } catch (error) {
      const failure = storageError(error);
      // The new file may be in place already; then it is ours.
      if (failure.outcome === "unknown") this.#stamp = await stampOf(this.path);
      throw failure;
    }
  }

  release(): void {
    this.#lock?.release();
  }
}

/** Takes the lock of the file at a path, and removes what its last holder left behind. */
async function takeLock(path: string): Promise<FileLock> {
  const lock = await tryFileLock(`${path}.lock`);
  if (lock === undefined) throw locked(path);
  try {
    await removeTemporaryFiles(path);
    return lock;
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Whether the disk, or the permission to write, has to be changed first. */
function mayOnlyRead({ code, retryable }: MemoryError): boolean {
  return code === "MEM_READ_ONLY" || (code === "MEM_UNAVAILABLE" && !retryable);
}

const ABSENT = "absent";

/** What follows the file's name in the name of a new file that will replace it; people's own files have other names. */
const TEMPORARY = /^\.[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\.tmp$/;

/** Removes what a process left behind that was killed while it wrote the file at this path. */
export async function removeTemporaryFiles(path: string): Promise<void> {
  const folder = dirname(path);
  const name = basename(path);
  try {
    const left = (await readdir(folder)).filter(
      (other) => other.startsWith(name) && TEMPORARY.test(other.slice(name.length)),
    );
    await Promise.all(left.map((other) => rm(join(folder, other), { force: true })));
  } catch (error) {
    throw storageError(error);
  }
}

async function stampOf(path: string): Promise<string> {
  const stats = await stat(path, { bigint: true }).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  });
  return stats === undefined ? ABSENT : `${stats.ino}:${stats.size}:${stats.mtimeNs}`;
}

function locked(path: string): MemoryError {
  return new MemoryError(
    "MEM_LOCKED",
    `${path} is in use by another process, or by another store of this one; close that first, or use a store that processes can share`,
  );
}

function changedByOthers(path: string): MemoryError {
  return new MemoryError(
    "MEM_CONFLICT",
    `${path} was changed by another program since it was read; nothing was written over it. Close the store and open it again to go on with what the file holds now`,
    { retryable: false },
  );
}
