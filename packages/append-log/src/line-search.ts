import { fill, openSource, type ByteSource } from "./byte-source.ts";
import { MAX_LINE_BYTES, type ReadLinesOptions } from "./line-reader.ts";
import { LineScanner, type FileLine, type LineVisitor } from "./line-scanner.ts";

/** Large enough that waiting for the next chunk costs nothing compared with scanning its lines. */
const CHUNK_BYTES = 2 ** 18;

/**
 * Calls `visit` for each line of a file, in order, with the line's place in a buffer instead of an
 * object. The buffer is reused, so `visit` must not keep any part of it. If `visit` throws, reading
 * stops and the call rejects with that error. Lines appended meanwhile are not read. Resolves with
 * the last line if it has no newline.
 */
export async function scanLines(
  file: string | ByteSource,
  visit: LineVisitor,
  options: ReadLinesOptions = {},
): Promise<FileLine | undefined> {
  const scanner = scannerOf(options);
  await using opened = await openSource(file);
  const { source } = opened;
  const last = await lastByte(source, options);
  // Two buffers take turns: one is filled while the lines in the other are shown.
  let buffers: readonly [Buffer, Buffer?] = [roomFor(last - scanner.end)];
  let position = scanner.end;
  let next = fill(source, buffers[0], position);
  for (;;) {
    const chunk = await next;
    if (chunk.length === 0) return scanner.remainder();
    position += chunk.length;
    const [used, free = roomFor(last - position)] = buffers;
    next = fill(source, free.subarray(0, wantedBytes(last - position)), position);
    buffers = [free, used];
    try {
      scanner.scan(chunk, visit);
    } finally {
      // What reads into a buffer of ours has to be over before the source is closed, whatever comes of it.
      await Promise.allSettled([next]);
    }
  }
}

/** Finds the first complete line for which `matches` is true; `matches` must not keep its argument. */
export async function findLine(
  file: string | ByteSource,
  matches: (line: Buffer) => boolean,
  options: ReadLinesOptions = {},
): Promise<FileLine | undefined> {
  return (await searchLine(file, matches, options)).found;
}

/** What `findLine` finds, and where the incomplete line begins. */
export async function searchLine(
  file: string | ByteSource,
  matches: (line: Buffer) => boolean,
  options: ReadLinesOptions = {},
): Promise<{ readonly found: FileLine | undefined; readonly end: number }> {
  const scanner = scannerOf(options);
  let found: FileLine | undefined;
  await scanChunks(file, scanner, options, (chunk) => {
    scanner.scan(chunk, (bytes, start, end, offset, length) => {
      if (found !== undefined || bytes === undefined) return;
      const line = bytes.subarray(start, end);
      if (!matches(line)) return;
      found = { line: Buffer.from(line), offset, length, terminated: true };
    });
    return found === undefined;
  });
  return { found, end: scanner.remainder()?.offset ?? scanner.end };
}

function scannerOf({ start = 0, maxLineBytes = MAX_LINE_BYTES }: ReadLinesOptions): LineScanner {
  return new LineScanner(start, maxLineBytes);
}

/** Reads chunk by chunk while `take` wants more. */
async function scanChunks(
  file: string | ByteSource,
  scanner: LineScanner,
  options: ReadLinesOptions,
  take: (chunk: Buffer) => boolean,
): Promise<void> {
  await using opened = await openSource(file);
  const { source } = opened;
  const last = await lastByte(source, options);
  const buffer = roomFor(last - scanner.end);
  for (;;) {
    const wanted = buffer.subarray(0, wantedBytes(last - scanner.end));
    const chunk = await fill(source, wanted, scanner.end);
    if (chunk.length === 0 || !take(chunk)) return;
  }
}

/** Reads only up to the present end of the file: following the appends of others might never end. */
async function lastByte(source: ByteSource, { end = Infinity }: ReadLinesOptions): Promise<number> {
  return Math.min(end, (await source.stat?.())?.size ?? end);
}

/** Many files are short. */
function roomFor(left: number): Buffer {
  return Buffer.allocUnsafeSlow(wantedBytes(left));
}

function wantedBytes(left: number): number {
  return Math.max(0, Math.min(CHUNK_BYTES, left));
}
