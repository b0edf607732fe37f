import { constants, fstatSync, readSync, statSync, writeSync, type Stats } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";

import { LogError, systemCode, systemError } from "./log-error.ts";

/** What is expected of a file that is opened. */
type Existence = "existing" | "new" | "either";

// Windows has no O_NOFOLLOW.
const flags = constants.O_APPEND | constants.O_RDWR | (constants.O_NOFOLLOW ?? 0);
const creation: Readonly<Record<Existence, number>> = {
  existing: 0,
  new: constants.O_CREAT | constants.O_EXCL,
  either: constants.O_CREAT,
};

/** A file that is only appended to, by this process and by others at the same time. */
export class AppendFile {
  readonly path: string;
  #handle: FileHandle;
  readonly #identity: Stats;
  /** A sync failed: some of what is in the file may never reach the disk. */
  lossy = false;
  /** After a failure this descriptor is not written through again. */
  #suspect = false;

  private constructor(path: string, handle: FileHandle, identity: Stats) {
    this.path = path;
    this.#handle = handle;
    this.#identity = identity;
  }

  /** Undefined when an `"existing"` file, or the folder, is absent, or a `"new"` file is there. */
  static async open(path: string, which: Existence): Promise<AppendFile | undefined> {
    let handle: FileHandle;
    try {
      handle = await open(path, flags | creation[which]);
    } catch (cause) {
      const code = systemCode(cause);
      if (code === (which === "new" ? "EEXIST" : "ENOENT")) return undefined;
      throw systemError(cause, `open ${path}`);
    }
    const identity = fstatSync(handle.fd);
    if (identity.isFile()) return new AppendFile(path, handle, identity);
    await handle.close();
    throw new LogError("LOG_NOT_A_FILE", `${path} is not a regular file`);
  }

  stat(): Stats {
    return fstatSync(this.#handle.fd);
  }

  /**
   * One `write`. Resolves with how many of the bytes the file took: fewer when it is full. With
   * `inPlace` no other thread does it: mostly it only fills the page cache, and waking a thread up
   * takes longer. Only for those who wait for `sync` then, or else nothing else ever gets a turn.
   */
  async write(bytes: Uint8Array, inPlace = false): Promise<number> {
    if (this.#suspect) await this.#reopen();
    try {
      if (inPlace) return writeSync(this.#handle.fd, bytes);
      return (await this.#handle.write(bytes)).bytesWritten;
    } catch (cause) {
      const error = systemError(cause, `append to ${this.path}`);
      this.#suspect = error.code !== "LOG_NO_SPACE";
      throw error;
    }
  }

  /**
   * Where this descriptor's last write, of so many bytes, begins. A write with O_APPEND leaves
   * the descriptor's position behind its last byte, wherever other processes made that be; the
   * distance from there to the end of the file says where it is.
   */
  startOfLastWrite(written: number): number {
    const scratch = Buffer.allocUnsafe(65_536);
    for (let behind = 0; ;) {
      const { size } = this.stat();
      const read = readSync(this.#handle.fd, scratch, 0, scratch.length, null);
      if (read === 0) return size - behind - written;
      behind += read;
    }
  }

  /** Reads what the page cache mostly has already: bytes that were appended just now. */
  read(into: Uint8Array, position: number): number {
    try {
      return readSync(this.#handle.fd, into, 0, into.length, position);
    } catch (cause) {
      throw systemError(cause, `read ${this.path}`);
    }
  }

  async sync(): Promise<void> {
    try {
      await this.#handle.datasync();
    } catch (cause) {
      // The kernel forgets the pages it could not write: a second sync would succeed, and lie.
      this.lossy = true;
      this.#suspect = true;
      throw systemError(cause, `put ${this.path} on disk`, "unknown");
    }
  }

  /** Whether the path still names this very file. */
  isAtPath(): boolean {
    try {
      return sameFile(statSync(this.path, { throwIfNoEntry: false }), this.#identity);
    } catch (cause) {
      throw systemError(cause, `examine ${this.path}`, "unknown");
    }
  }

  /** Changes bytes in place. Only for bytes of a torn line: nobody else changes or needs them. */
  async overwrite(position: number, bytes: Uint8Array): Promise<void> {
    // Through a descriptor of its own, because one with O_APPEND ignores the position.
    try {
      await using handle = await open(this.path, flags & ~constants.O_APPEND);
      if (!sameFile(fstatSync(handle.fd), this.#identity)) return;
      await handle.write(bytes, 0, bytes.length, position);
    } catch (cause) {
      throw systemError(cause, `blank out a torn line in ${this.path}`, "unknown");
    }
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #reopen(): Promise<void> {
    const fresh = await AppendFile.open(this.path, "existing");
    if (fresh === undefined || !sameFile(fresh.#identity, this.#identity)) {
      await fresh?.close();
      throw new LogError("LOG_GONE", `${this.path} was removed or replaced`);
    }
    const old = this.#handle;
    this.#handle = fresh.#handle;
    this.#suspect = false;
    await old.close();
  }
}

function sameFile(one: Stats | undefined, other: Stats): boolean {
  return one?.ino === other.ino && one.dev === other.dev;
}
