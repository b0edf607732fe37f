import type { AppendFile } from "./append-file.ts";
import { LogError, shortWrite } from "./log-error.ts";

const NEWLINE = 10;
const SPACE = 32;
/** Larger writes are always done by another thread. */
const MAX_BYTES_IN_PLACE = 2 ** 18;

/** How many bytes at the end of a write are compared to tell whether it is still there. */
const COMPARED_BYTES = 64;

/** A line without its newline: text, or bytes that must stay unchanged until the call has settled. */
export type Line = string | Uint8Array;

/** Throws a `TypeError` if a line contains a newline. */
export function requireOneLine(line: Line): void {
  const several = typeof line === "string" ? line.includes("\n") : line.includes(NEWLINE);
  if (several) throw new TypeError("A line must not contain a newline");
}

/** The result of writing lines, provided that the file counts. */
export interface WrittenLines {
  /** Where the first line begins; everything before it belongs to others. */
  readonly start: number;
  /** Where the lines that were written whole begin. */
  readonly offsets: number[];
  /** Where the last whole line ends, after its newline. */
  readonly wholeEnd: number;
  /** Where the file ended after this write. */
  readonly end: number;
  /** Why the rest is missing. */
  readonly failure: LogError | undefined;
  /** Whether the first line followed a torn one without a newline, until a byte of that was overwritten. */
  readonly fused: boolean;
}

/** Joined lines, each with its newline. */
export interface LineBlock {
  /** Must stay unchanged until the call has settled. */
  readonly bytes: Buffer;
  /** Where each line begins. */
  readonly starts: readonly number[];
}

/** Joins lines into a block. Throws a `TypeError` if a line contains a newline. */
export function joinLines(lines: readonly Line[]): LineBlock {
  let length = 0;
  const starts = lines.map((line) => {
    requireOneLine(line);
    const start = length;
    length += Buffer.byteLength(line) + 1;
    return start;
  });
  const bytes = Buffer.allocUnsafe(length);
  for (const [index, line] of lines.entries()) {
    const start = starts[index] ?? 0;
    if (typeof line === "string") bytes.write(line, start);
    else bytes.set(line, start);
    bytes[(starts[index + 1] ?? length) - 1] = NEWLINE;
  }
  return { bytes, starts };
}

/**
 * Appends lines with a single write, separated from a torn line before them. `end` is an offset at
 * which the file, if it ends there, is known to end with a newline; `inPlace` is that of
 * `AppendFile.write`. Undefined if somebody cut the file short and nothing of the lines is left.
 */
export async function writeLines(
  file: AppendFile,
  block: LineBlock,
  end: number,
  inPlace = false,
): Promise<WrittenLines | undefined> {
  const { size } = file.stat();
  const torn = size !== end && !endsLine(file, size);
  const bytes = torn ? Buffer.concat([Buffer.of(NEWLINE), block.bytes]) : block.bytes;

  const written = await file.write(bytes, inPlace && bytes.length <= MAX_BYTES_IN_PLACE);
  const undisturbed = file.stat().size === size + written;
  const start = undisturbed ? size : file.startOfLastWrite(written);
  // A file only grows, unless somebody meddles with it.
  if (start < size && !isThere(file, start, bytes.subarray(0, written))) {
    if (file.stat().size <= size) return undefined;
    throw cutShort(file);
  }
  const fused = !undisturbed && !torn && !endsLine(file, start);
  // Another write was torn between the look at the end and ours: its last byte gives way.
  if (fused) await file.overwrite(start - 1, Buffer.of(NEWLINE));
  const kept = await blankTornLine(file, start, bytes, written);
  const first = start + (torn ? 1 : 0);
  const wholeEnd = start + kept;
  return {
    start: first,
    offsets: block.starts.map((at) => first + at).filter((offset) => offset < wholeEnd),
    wholeEnd,
    end: start + written,
    failure:
      kept === bytes.length
        ? undefined
        : shortWrite(file.path, written, bytes.length, "not-applied"),
    fused,
  };
}

/**
 * Whether the file still has what was written. False if nothing of the lines is left; throws if some
 * of them are.
 */
export function isUncut(
  file: AppendFile,
  { bytes, starts }: LineBlock,
  { start, wholeEnd, end }: WrittenLines,
): boolean {
  const { size } = file.stat();
  if (size === end) return true;
  // Others may also have appended behind the cut, and over the place of these lines.
  const whole = bytes.subarray(0, Math.max(0, wholeEnd - start));
  const last = Math.max(0, whole.length - COMPARED_BYTES);
  if (size > end && isThere(file, start + last, whole.subarray(last))) return true;
  // Where the first line is not whole, none of those behind it is.
  if (!isThere(file, start, bytes.subarray(0, starts[1] ?? bytes.length))) return false;
  throw cutShort(file);
}

function cutShort({ path }: AppendFile): LogError {
  return new LogError("LOG_GONE", `${path} was cut short while it was written`, {
    outcome: "unknown",
  });
}

/** Whether the file has these bytes, of which there may be none, at this offset. */
function isThere(file: AppendFile, offset: number, bytes: Buffer): boolean {
  const found = Buffer.alloc(bytes.length);
  return offset >= 0 && file.read(found, offset) === bytes.length && found.equals(bytes);
}

/** Whether the file has a whole line, or nothing, before this offset. */
function endsLine(file: AppendFile, offset: number): boolean {
  const byte = Buffer.alloc(1);
  return offset === 0 || (file.read(byte, offset - 1) === 1 && byte[0] === NEWLINE);
}

/**
 * After a short write: turns the line that was cut into blanks. It needs no space on the disk, and
 * unlike truncating it is safe while other processes append. Returns how many bytes are whole lines.
 */
async function blankTornLine(
  file: AppendFile,
  start: number,
  bytes: Buffer,
  written: number,
): Promise<number> {
  if (written === bytes.length) return written;
  const kept = bytes.subarray(0, written).lastIndexOf(NEWLINE) + 1;
  if (kept === written) return kept;
  const blank = Buffer.alloc(written - kept, SPACE);
  blank[blank.length - 1] = NEWLINE;
  await file.overwrite(start + kept, blank);
  return kept;
}
