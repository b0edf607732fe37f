import { constants, fstatSync, readSync, statSync, writeSync, type Stats } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";

import type { ByteSource } from "./byte-source.ts";
import { LogError, systemCode, systemError } from "./log-error.ts";

/** Identifies a file regardless of its name; `Stats` of `node:fs` satisfies it. */
export interface FileIdentity {
  readonly dev: number;
  readonly ino: number;
}

/** Whether the file has to exist when it is opened. */
type Existence = "existing" | "new" | "either";

// Windows has no O_NOFOLLOW.
const flags = constants.O_APPEND | constants.O_RDWR | (constants.O_NOFOLLOW ?? 0);
const creation: Readonly<Record<Existence, number>> = {
  existing: 0,
  new: constants.O_CREAT | constants.O_EXCL,
  either: constants.O_CREAT,
};

/** The number of files that this process is syncing. */
let syncing = 0;

/** A file that is only appended to, by this process and by others at the same time. */
export class AppendFile {
  readonly path: string;
  #handle: FileHandle;
  readonly #identity: FileIdentity;
  /** A sync failed: some of what is in the file may never reach the disk. */
  lossy = false;
  /** After a failure, this descriptor is not used for writing again. */
  #suspect = false;

  private constructor(path: string, handle: FileHandle, identity: FileIdentity) {
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

  get identity(): FileIdentity {
    return this.#identity;
  }

  /** For reading this very file, whatever it is called by now. */
  get source(): ByteSource {
    return this.#handle;
  }

  stat(): Stats {
    return fstatSync(this.#handle.fd);
  }

  /**
   * Calls `write` once. Resolves with how many of the bytes were written: fewer if the disk is full.
   * With `inPlace`, the calling thread writes: mostly that only fills the page cache, and waking
   * another thread takes longer. Use it only if you await something afterwards, or nothing else ever
   * gets a turn. While another file is synced, the file system may delay writes, so another thread
   * writes.
   */
  async write(bytes: Uint8Array, inPlace = false): Promise<number> {
    if (this.#suspect) await this.#reopen();
    try {
      if (inPlace && syncing === 0) return writeSync(this.#handle.fd, bytes);
      return (await this.#handle.write(bytes)).bytesWritten;
    } catch (cause) {
      const error = systemError(cause, `append to ${this.path}`);
      this.#suspect = error.code !== "LOG_NO_SPACE";
      throw error;
    }
  }

  /**
   * Returns where this descriptor's last write, of this many bytes, begins. A write with O_APPEND
   * leaves the descriptor's position after its last byte, wherever other processes moved that; the
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

  /** Reads synchronously: bytes that were just appended are mostly in the page cache. */
  read(into: Uint8Array, position: number): number {
    try {
      return readSync(this.#handle.fd, into, 0, into.length, position);
    } catch (cause) {
      throw systemError(cause, `read ${this.path}`);
    }
  }

  async sync(): Promise<void> {
    syncing += 1;
    try {
      await this.#handle.datasync();
    } catch (cause) {
      // The kernel forgets the pages it could not write: a second sync would succeed, and lie.
      this.lossy = true;
      this.#suspect = true;
      throw systemError(cause, `put ${this.path} on disk`, "unknown");
    } finally {
      syncing -= 1;
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

  /** Changes bytes in place. Only for bytes of a torn line, which nobody else changes or needs. */
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

function sameFile(one: FileIdentity | undefined, other: FileIdentity): boolean {
  return one?.ino === other.ino && one.dev === other.dev;
}
