import {
  LogError,
  readLines,
  readLinesBackward,
  type ByteSource,
  type FileLine,
} from "@mem/append-log";

const NEWLINE = 10;

export interface LineRange {
  /** Where a line begins and where one ends, in bytes. */
  readonly start: number;
  readonly end: number;
  /** Whether to read from the beginning to the end, or backward. */
  readonly forwards: boolean;
  /** Longer lines are returned without their bytes. */
  readonly maxLineBytes: number;
}

/**
 * Reads the first lines of a range in reading order, as many as fit into the buffer, and returns views of it; undefined
 * if not even one fits. Read forward, the lines are at the beginning of the buffer, backward at its end.
 */
export async function readBatch(
  source: ByteSource,
  range: LineRange,
  buffer: Buffer,
): Promise<FileLine[] | undefined> {
  const { start, end, forwards } = range;
  const wanted = Math.min(buffer.length, end - start);
  const at = forwards ? start : end - wanted;
  const room = forwards ? buffer.subarray(0, wanted) : buffer.subarray(buffer.length - wanted);
  const length = await fill(source, room, at);
  const isAll = wanted === end - start;
  if (!forwards && length < wanted) {
    throw new LogError("LOG_GONE", "The file was cut short while it was read");
  }
  const lines = linesIn(room.subarray(0, length), at, range, isAll || length < wanted);
  return lines.length === 0 && length === wanted && !isAll ? undefined : lines;
}

/** The same if the next line does not fit into a buffer; these lines have memory of their own. */
export async function readLongLines(source: ByteSource, range: LineRange): Promise<FileLine[]> {
  const chunks = range.forwards ? readLines(source, range) : readLinesBackward(source, range);
  const first = await chunks.next();
  await chunks.return();
  return first.done === true ? [] : first.value;
}

/** With `isAll`, what has no newline at the far end is a whole line, too. */
function linesIn(
  chunk: Buffer,
  at: number,
  { forwards, maxLineBytes }: LineRange,
  isAll: boolean,
): FileLine[] {
  const lines: FileLine[] = [];
  const add = (from: number, to: number): void => {
    const length = to - from;
    const line = length > maxLineBytes ? undefined : chunk.subarray(from, to);
    lines.push({ line, offset: at + from, length, terminated: to < chunk.length });
  };
  if (forwards) {
    let from = 0;
    for (let to = chunk.indexOf(NEWLINE); to >= 0; to = chunk.indexOf(NEWLINE, from)) {
      add(from, to);
      from = to + 1;
    }
    if (isAll && from < chunk.length) add(from, chunk.length);
    return lines;
  }
  let to = chunk.at(-1) === NEWLINE ? chunk.length - 1 : chunk.length;
  for (;;) {
    const newline = to === 0 ? -1 : chunk.lastIndexOf(NEWLINE, to - 1);
    if (newline < 0) break;
    add(newline + 1, to);
    to = newline;
  }
  if (isAll && chunk.length > 0) add(0, to);
  return lines;
}

/** Fills the buffer; resolves with how many bytes were read, fewer than fit only at the end of the source. */
async function fill(source: ByteSource, buffer: Buffer, position: number): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const left = buffer.length - filled;
    const { bytesRead } = await source.read(buffer, filled, left, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}
