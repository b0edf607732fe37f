import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";

import { systemError } from "./log-error.ts";

/** Bytes that can be read at any position: a `FileHandle`, or anything that stands for a file. */
export interface ByteSource {
  /** Reads at most `length` bytes into the buffer, at `offset`; returns none only at the end. */
  read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>;
  /** Returns the size in bytes. Needed for reading backward without a given `end`. */
  stat?(): Promise<{ readonly size: number }>;
}

// Opening a pipe would wait for its writer without O_NONBLOCK. Windows has neither flag.
const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** A source; disposing it closes the file if it was opened here. */
export interface OpenSource extends AsyncDisposable {
  readonly source: ByteSource;
}

/** Opens a file by its path; any other source is left for its owner to close. */
export async function openSource(file: string | ByteSource): Promise<OpenSource> {
  if (typeof file !== "string") {
    return { source: file, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const handle = await openToRead(file);
  return { source: handle, [Symbol.asyncDispose]: () => handle.close() };
}

async function openToRead(path: string): Promise<FileHandle> {
  try {
    return await open(path, READ);
  } catch (cause) {
    throw systemError(cause, `open ${path}`);
  }
}

/** Fills the buffer from `position` on; resolves with fewer bytes only at the end of the source. */
export async function fill(source: ByteSource, buffer: Buffer, position: number): Promise<Buffer> {
  let filled = 0;
  try {
    while (filled < buffer.length) {
      const left = buffer.length - filled;
      const { bytesRead } = await source.read(buffer, filled, left, position + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
  } catch (cause) {
    throw systemError(cause, "read a file");
  }
  return filled === buffer.length ? buffer : buffer.subarray(0, filled);
}
