import { fill, openSource, type ByteSource } from "./byte-source.ts";
import { LineScanner, type FileLine } from "./line-scanner.ts";
import { LogError } from "./log-error.ts";

const CHUNK_BYTES = 65_536;
const NEWLINE = 10;

export interface ReadLinesOptions {
  /** Byte offset at which the first line begins. Default: the beginning of the file. */
  start?: number;
  /** Byte offset before which the last line ends. Default: the end of the file. */
  end?: number;
  /** Lines longer than this, in bytes, are returned without their content. Default 16 MiB. */
  maxLineBytes?: number;
}

/** The default of `maxLineBytes`. */
export const MAX_LINE_BYTES: number = 16 * 2 ** 20;

/**
 * Reads the lines of a file in arrays: one array for the lines that end in a chunk of 64 KiB, which
 * costs a tenth of yielding them singly. Anything between two newlines is a line: nothing, NUL
 * bytes, text that is not UTF-8. A handle, or another source of bytes, is left open.
 */
export async function* readLines(
  file: string | ByteSource,
  options: ReadLinesOptions = {},
): AsyncGenerator<FileLine[], void, undefined> {
  const { start = 0, end = Infinity, maxLineBytes = MAX_LINE_BYTES } = options;
  await using opened = await openSource(file);
  const scanner = new LineScanner(start, maxLineBytes);
  for (;;) {
    // A chunk of its own for each round: the lines are views of it, and belong to the caller.
    const chunk = Buffer.allocUnsafeSlow(Math.max(0, Math.min(CHUNK_BYTES, end - scanner.end)));
    const read = await fill(opened.source, chunk, scanner.end);
    if (read.length === 0) break;
    const lines = scanner.push(read);
    if (lines.length > 0) yield lines;
  }
  const remainder = scanner.remainder();
  if (remainder !== undefined) yield [remainder];
}

/**
 * Like `readLines`, but from the end to the beginning: the last line comes first. A source without
 * `stat` needs `end`, its size.
 */
export async function* readLinesBackward(
  file: string | ByteSource,
  options: ReadLinesOptions = {},
): AsyncGenerator<FileLine[], void, undefined> {
  const { start = 0, maxLineBytes = MAX_LINE_BYTES } = options;
  await using opened = await openSource(file);
  const { source } = opened;
  let position = await endOf(source, options.end);
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
    const chunk = await fill(source, Buffer.allocUnsafeSlow(position - from), from);
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

async function endOf(source: ByteSource, end: number | undefined): Promise<number> {
  const size = (await source.stat?.())?.size ?? end;
  if (size === undefined)
    throw new TypeError("A source without stat() is read backwards from an end");
  return Math.min(size, end ?? size);
}
