import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";

import { LineScanner, type FileLine } from "./line-scanner.ts";
import { LogError, systemError } from "./log-error.ts";

const CHUNK_BYTES = 65_536;
const NEWLINE = 10;

export interface ReadLinesOptions {
  /** Offset, in bytes, at which the first line begins. Default: the beginning of the file. */
  start?: number;
  /** Offset, in bytes, before which the last line ends. Default: the end of the file. */
  end?: number;
  /** Lines longer than this are handed over without their bytes. Default 16 MiB. */
  maxLineBytes?: number;
}

/**
 * Reads the lines of a file, in arrays: those that end in one chunk of 64 KiB together, which
 * costs a tenth of handing them over singly. Whatever is between two newlines is a line: nothing,
 * NUL bytes, text that is not UTF-8. A handle is read at explicit offsets and left open.
 */
export async function* readLines(
  file: string | FileHandle,
  options: ReadLinesOptions = {},
): AsyncGenerator<FileLine[], void, undefined> {
  const { start = 0, end = Infinity, maxLineBytes = 16 * 2 ** 20 } = options;
  await using opened = typeof file === "string" ? await openToRead(file) : undefined;
  const handle = opened ?? (file as FileHandle);
  const scanner = new LineScanner(start, maxLineBytes);
  for (;;) {
    const chunk = await readChunk(handle, scanner.end, Math.min(CHUNK_BYTES, end - scanner.end));
    if (chunk.length === 0) break;
    const lines = scanner.push(chunk);
    if (lines.length > 0) yield lines;
  }
  const remainder = scanner.remainder();
  if (remainder !== undefined) yield [remainder];
}

/** Like `readLines`, from the end to the beginning: the last line is the first of all. */
export async function* readLinesBackward(
  file: string | FileHandle,
  options: ReadLinesOptions = {},
): AsyncGenerator<FileLine[], void, undefined> {
  const { start = 0, end = Infinity, maxLineBytes = 16 * 2 ** 20 } = options;
  await using opened = typeof file === "string" ? await openToRead(file) : undefined;
  const handle = opened ?? (file as FileHandle);
  let position = Math.min(end, (await handle.stat()).size);
  // The line whose end is known but not its beginning: its length and, while kept, its bytes.
  let terminated = false;
  let length = 0;
  let pieces: Buffer[] = [];

  function extend(piece: Buffer): void {
    length += piece.length;
    if (length > maxLineBytes) pieces = [];
    else if (piece.length > 0) pieces.unshift(piece);
  }
  function finish(offset: number): FileLine {
    const [only, ...more] = pieces;
    const whole = only !== undefined && more.length === 0 ? only : Buffer.concat(pieces);
    const line = { line: length > maxLineBytes ? undefined : whole, offset, length, terminated };
    [terminated, length, pieces] = [true, 0, []];
    return line;
  }

  while (position > start) {
    const from = Math.max(start, position - CHUNK_BYTES);
    const chunk = await readChunk(handle, from, position - from);
    if (chunk.length < position - from) {
      throw new LogError("LOG_GONE", "The file was cut short while it was read");
    }
    const lines: FileLine[] = [];
    let right = chunk.length;
    while (right > 0) {
      const newline = chunk.lastIndexOf(NEWLINE, right - 1);
      extend(chunk.subarray(newline + 1, right));
      if (newline < 0) break;
      // What comes behind the last newline of a file is no line when it is nothing.
      if (terminated || length > 0) lines.push(finish(from + newline + 1));
      terminated = true;
      right = newline;
    }
    position = from;
    if (position === start) lines.push(finish(start));
    if (lines.length > 0) yield lines;
  }
}

// Opening a pipe would wait for its writer without O_NONBLOCK. Windows has neither flag.
const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

async function openToRead(path: string): Promise<FileHandle> {
  try {
    return await open(path, READ);
  } catch (cause) {
    throw systemError(cause, `open ${path}`);
  }
}

/** Fewer bytes than asked for only at the end of the file. */
async function readChunk(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  if (length <= 0) return Buffer.alloc(0);
  const chunk = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  try {
    while (filled < length) {
      const at = position + filled;
      const { bytesRead } = await handle.read(chunk, filled, length - filled, at);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
  } catch (cause) {
    throw systemError(cause, "read a file");
  }
  return chunk.subarray(0, filled);
}
