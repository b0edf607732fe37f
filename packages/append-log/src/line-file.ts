import { dirname } from "node:path";

import { AppendFile } from "./append-file.ts";
import { makeDirectory, refuseNetworkFileSystem } from "./directory.ts";
import { syncDirectory } from "./durable-file.ts";
import { LogError, shortWrite, withOutcome } from "./log-error.ts";

const NEWLINE = 10;
const SPACE = 32;
const ATTEMPTS = 3;

/** A line without its newline: text, or bytes that stay unchanged until the call has settled. */
export type Line = string | Uint8Array;

/**
 * What an acknowledged line survives: `"disk"` a power cut (fdatasync before it is acknowledged),
 * `"process"` the end of the process.
 */
export type Durability = "disk" | "process";

export interface LineFileOptions {
  /** The file. It and its folder are created at the first append. */
  path: string;
  /** Default `"disk"`. */
  durability?: Durability;
}

export interface AppendedLines {
  /** Where the lines that are in the file begin, in bytes: the first so many of those given. */
  offsets: number[];
  /** Why the rest is not; with the outcome `"unknown"` it may be in the file all the same. */
  failure: LogError | undefined;
}

/** Throws a `TypeError` when what is given as one line is more than one. */
export function requireOneLine(line: Line): void {
  const several = typeof line === "string" ? line.includes("\n") : line.includes(NEWLINE);
  if (several) throw new TypeError("A line must not contain a newline");
}

/**
 * One file of lines that several processes append to. Opened, and with its folder created, at the
 * first append; opened anew when it was removed or replaced.
 */
export class LineFile {
  readonly #path: string;
  readonly #durable: boolean;
  #file: AppendFile | undefined;
  /** The file ends here with a newline, unless somebody appended since. */
  #end = 0;

  constructor({ path, durability = "disk" }: LineFileOptions) {
    this.#path = path;
    this.#durable = durability === "disk";
  }

  /**
   * Appends lines, whole and next to each other, with a single write. One call at a time. What
   * the operating system refuses is told in the result; only misuse rejects.
   */
  async append(lines: readonly Line[]): Promise<AppendedLines> {
    for (const line of lines) requireOneLine(line);
    if (lines.length === 0) return { offsets: [], failure: undefined };
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        const appended = await this.#appendOnce(lines);
        if (appended !== undefined) return appended;
      } catch (error) {
        if (!(error instanceof LogError)) throw error;
        // What an earlier attempt wrote may be in a file that was moved away.
        const failure = attempt === 0 ? error : withOutcome(error, "unknown");
        return { offsets: [], failure };
      }
    }
    const message = `${this.#path} was removed or replaced ${ATTEMPTS} times while it was written`;
    return { offsets: [], failure: new LogError("LOG_GONE", message, { outcome: "unknown" }) };
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  /** Undefined when the file was removed or replaced meanwhile: nothing is acknowledged then. */
  async #appendOnce(lines: readonly Line[]): Promise<AppendedLines | undefined> {
    const file = await this.#open();
    if (file === undefined) return undefined;
    const { size } = file.stat();
    const torn = size !== this.#end && !endsLine(file, size);
    const { bytes, starts } = join(lines, torn);

    const written = await file.write(bytes);
    const undisturbed = file.stat().size === size + written;
    const start = undisturbed ? size : file.startOfLastWrite(written);
    if (!undisturbed && !torn && !endsLine(file, start)) {
      // Another write was torn between the look at the end and ours: its last byte gives way.
      await file.overwrite(start - 1, Buffer.of(NEWLINE));
    }
    const kept = await blankTornLine(file, start, bytes, written);
    this.#end = start + written;
    if (this.#durable) await file.sync();
    if (!file.isAtPath()) return undefined;
    return {
      offsets: starts.filter((at) => at < kept).map((at) => start + at),
      failure:
        kept === bytes.length
          ? undefined
          : shortWrite(this.#path, written, bytes.length, "not-applied"),
    };
  }

  /** The file that is at the path now; undefined when its folder vanished meanwhile. */
  async #open(): Promise<AppendFile | undefined> {
    if (this.#file?.isAtPath()) return this.#file;
    await this.close();
    this.#end = 0;
    const folder = dirname(this.#path);
    let file: AppendFile | undefined;
    try {
      await makeDirectory(folder, this.#durable);
      await refuseNetworkFileSystem(folder);
      file = await AppendFile.open(this.#path, "either");
      if (this.#durable && file !== undefined) await syncDirectory(folder);
    } catch (error) {
      await file?.close();
      // Names that may not be on disk are no lines that may be in the file.
      throw withOutcome(error, "not-applied");
    }
    // Not before its name is on disk: the next append takes it as it is.
    this.#file = file;
    return file;
  }
}

/** Whether the file has a whole line, or nothing, before this offset. */
function endsLine(file: AppendFile, offset: number): boolean {
  const byte = Buffer.alloc(1);
  return offset === 0 || (file.read(byte, offset - 1) === 1 && byte[0] === NEWLINE);
}

function join(lines: readonly Line[], torn: boolean): { bytes: Buffer; starts: number[] } {
  let length = torn ? 1 : 0;
  const starts = lines.map((line) => {
    const start = length;
    length += Buffer.byteLength(line) + 1;
    return start;
  });
  const bytes = Buffer.allocUnsafe(length);
  bytes[0] = NEWLINE;
  for (const [index, line] of lines.entries()) {
    const start = starts[index] ?? 0;
    if (typeof line === "string") bytes.write(line, start);
    else bytes.set(line, start);
    bytes[(starts[index + 1] ?? length) - 1] = NEWLINE;
  }
  return { bytes, starts };
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
