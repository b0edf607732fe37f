import { mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { syncDirectory, tryFileLock, writeFileDurably, type FileLock } from "@mem/append-log";
import { MemoryError } from "@mem/core";
import { storageError, systemCode } from "./storage-error.ts";

/** The file on disk, held by one handle in one process at a time. */
export class DocumentFile {
  readonly path: string;
  readonly #lock: FileLock;
  /** What tells the file that was last read or written from any other. */
  #stamp: string;

  private constructor(path: string, lock: FileLock, stamp: string) {
    this.path = path;
    this.#lock = lock;
    this.#stamp = stamp;
  }

  /** Takes hold of the file of this absolute path, which need not be there yet. Rejects with `MEM_LOCKED` where another has it. */
  static async hold(path: string): Promise<DocumentFile> {
    let lock: FileLock | undefined;
    try {
      await makeFolder(dirname(path));
      lock = await tryFileLock(`${path}.lock`);
      if (lock === undefined) throw locked(path);
      await removeTemporaryFiles(path);
      return new DocumentFile(path, lock, await stampOf(path));
    } catch (error) {
      lock?.release();
      throw storageError(error);
    }
  }

  /** The content, or `undefined` where there is no file yet. */
  async read(): Promise<Uint8Array | undefined> {
    try {
      this.#stamp = await stampOf(this.path);
    } catch (error) {
      throw storageError(error);
    }
    return this.look();
  }

  /** The content by now, whoever wrote it. Has no say in what counts as changed by others. */
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
      if ((await stampOf(this.path)) !== this.#stamp) throw changedByOthers(this.path);
      await writeFileDurably(this.path, content);
      this.#stamp = await stampOf(this.path);
    } catch (error) {
      const failure = storageError(error);
      // The new file may be in its place already: then it is that one which is ours.
      if (failure.outcome === "unknown") this.#stamp = await stampOf(this.path);
      throw failure;
    }
  }

  release(): void {
    this.#lock.release();
  }
}

/** Creates a folder with those above it, so that their names are on disk too. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) {
    await syncDirectory(dirname(made));
  }
}

/** How the file is called that will take the place of another; people's own files have other names. */
const TEMPORARY = /^\.[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\.tmp$/;

/** What a process left behind that was killed while it wrote the file of this path. */
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
  return stats === undefined ? "absent" : `${stats.ino}:${stats.size}:${stats.mtimeNs}`;
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
