import { dirname } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";

import { AppendFile } from "./append-file.ts";
import { makeDirectory, refuseNetworkFileSystem } from "./directory.ts";
import { syncDirectory } from "./durable-file.ts";
import {
  isUncut,
  joinLines,
  writeLines,
  type Line,
  type LineBlock,
  type WrittenLines,
} from "./line-write.ts";
import { LogError, withOutcome } from "./log-error.ts";
import { fateOfLines, type Rotation } from "./rotation.ts";

const ATTEMPTS = 3;
/** How often an append that does not wait for the disk yields to other work, in milliseconds. */
const TURN_MS = 1;

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
  /**
   * Whether the calling thread writes even when it then waits for the disk: mostly that only fills
   * the page cache, and waking another thread takes longer. Default false: another thread writes.
   */
  writeInPlace?: boolean;
  /** Needed if the file is rotated. By default, a file that is not at its path counts as removed. */
  rotation?: Rotation;
}

export interface AppendedLines {
  /** Byte offsets of the lines that are in the file: the first ones of those given. */
  offsets: number[];
  /** Why the rest is not; with the outcome `"unknown"`, it may be in the file all the same. */
  failure: LogError | undefined;
  /** Whether the file has become a segment: it was rotated after the lines were in, before its seal. */
  rotated: boolean;
  /** Where the file ended after the write, in bytes: its size, if nobody else has appended. */
  end: number;
}

/**
 * One file of lines that several processes append to. The first append opens it and creates its
 * folder; it is opened anew when it was rotated, removed or replaced.
 */
export class LineFile {
  readonly #path: string;
  readonly #durable: boolean;
  readonly #inPlace: boolean;
  readonly #rotation: Rotation | undefined;
  #file: AppendFile | undefined;
  /** The file ends here with a newline, unless somebody appended since. */
  #end = 0;
  /** The end of a line that the file had while it was certainly at its path, so no seal is before it. */
  #unsealedEnd = 0;
  /** When other work last had its turn. */
  #turn = 0;

  constructor({ path, durability = "disk", writeInPlace = false, rotation }: LineFileOptions) {
    this.#path = path;
    this.#durable = durability === "disk";
    this.#inPlace = writeInPlace || !this.#durable;
    this.#rotation = rotation;
  }

  /**
   * Appends lines, whole and next to each other, with a single write. One call at a time. Failures
   * of the operating system are reported in the result; only misuse rejects.
   */
  async append(lines: readonly Line[]): Promise<AppendedLines> {
    return this.appendBlock(joinLines(lines));
  }

  /** The same for lines that are already joined: nothing is checked or copied. */
  async appendBlock(block: LineBlock): Promise<AppendedLines> {
    if (block.starts.length === 0) {
      return { offsets: [], failure: undefined, rotated: false, end: 0 };
    }
    let inDoubt = false;
    for (let attempt = 0; attempt < ATTEMPTS;) {
      try {
        const appended = await this.#appendOnce(block);
        // Void lines are in no file, for certain: as often as somebody rotates.
        if (appended === "void") continue;
        if (appended !== "gone") return appended;
        attempt += 1;
        // What was written may be in a file that was moved away.
        inDoubt = true;
      } catch (error) {
        if (!(error instanceof LogError)) throw error;
        return none(inDoubt ? withOutcome(error, "unknown") : error);
      }
    }
    const message = `${this.#path} was removed, replaced or cut short ${ATTEMPTS} times while it was written`;
    return none(new LogError("LOG_GONE", message, { outcome: "unknown" }));
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  /** Nothing is acknowledged if the file was removed or the lines are void. */
  async #appendOnce(block: LineBlock): Promise<AppendedLines | "gone" | "void"> {
    const file = await this.#open();
    if (file === undefined) return "gone";
    const written = await writeLines(file, block, this.#end, this.#inPlace);
    if (written === undefined) return this.#forgetEnds();
    this.#end = written.end;
    if (this.#durable) {
      await file.sync();
      // Somebody may have cut it short meanwhile.
      if (!isUncut(file, block, written)) return this.#forgetEnds();
    } else await this.#giveTurn();
    const { offsets, failure, end } = written;
    if (file.isAtPath()) {
      if (offsets.length > 0) this.#unsealedEnd = written.wholeEnd;
      return { offsets, failure, rotated: false, end };
    }
    if (this.#rotation === undefined) return "gone";
    const fate = await fateOfLines(file, this.#rotation, this.#unsealedEnd, written.start);
    return fate === "count" ? inSegment(this.#path, written) : fate;
  }

  /** Of a file that was cut short, nothing is known any more. */
  #forgetEnds(): "gone" {
    [this.#end, this.#unsealedEnd] = [0, 0];
    return "gone";
  }

  async #giveTurn(): Promise<void> {
    if (performance.now() - this.#turn < TURN_MS) return;
    await nextTurn();
    this.#turn = performance.now();
  }

  /** The file that is at the path now; undefined when its folder vanished meanwhile. */
  async #open(): Promise<AppendFile | undefined> {
    if (this.#file?.isAtPath()) return this.#file;
    await this.close();
    this.#end = 0;
    this.#unsealedEnd = 0;
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

function none(failure: LogError): AppendedLines {
  return { offsets: [], failure, rotated: false, end: 0 };
}

/**
 * Lines that count in a file that was rotated meanwhile. A change in place may have come too late:
 * the process that closed the segment may have read the bytes as they were before.
 */
function inSegment(path: string, { offsets, failure, end, fused }: WrittenLines): AppendedLines {
  if (fused) {
    const message = `${path} was rotated while a torn line was parted from the lines behind it`;
    return none(new LogError("LOG_GONE", message, { outcome: "unknown" }));
  }
  const rest = failure === undefined ? undefined : withOutcome(failure, "unknown");
  return { offsets, failure: rest, rotated: true, end };
}
