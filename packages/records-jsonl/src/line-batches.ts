import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { readLines, readLinesBackward, type FileLine } from "@mem/append-log";
import { MemoryError } from "@mem/core";
import { invalidCursor } from "./cursor.ts";
import type { Slots } from "./slots.ts";
import { storageError, systemCode } from "./storage-errors.ts";

const CHUNK_BYTES = 2 ** 16;
const MAX_BATCH_BYTES = 2 ** 18;
/** What the batches of one query may hold in memory together, unless there are thousands. */
const BUDGET_BYTES = 2 ** 24;
const MIN_BATCH_BYTES = 2 ** 12;
const NEWLINE = 10;
/** An end without a newline that nobody has touched for so long is torn, not being written. */
const SETTLED_MS = 1000;
// Opening a pipe would wait for its writer without O_NONBLOCK. Windows has neither flag.
const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

export interface LineBatchesOptions {
  readonly path: string;
  /** From the beginning to the end, or the other way. */
  readonly forwards: boolean;
  /** Where a cursor says to begin, in bytes; undefined: where the file does. */
  readonly position: number | undefined;
  readonly maxLineBytes: number;
  /** How many files the same query reads. */
  readonly files: number;
  /** Bounds how many files are open at the same time. */
  readonly slots: Slots;
  /** Called before each batch; throws when nobody waits for it any more. */
  readonly checkpoint: () => void;
}

/**
 * The lines of a file, in batches that grow while more is asked for. The file is open while a batch is read and at no
 * other time, so a query of ten thousand agents takes no more descriptors than one of a single agent.
 */
export class LineBatches {
  readonly #options: LineBatchesOptions;
  readonly #maxBytes: number;
  #wantedBytes: number;
  #position: number | undefined;
  #positionIsChecked: boolean;
  #finished = false;

  constructor(options: LineBatchesOptions) {
    this.#options = options;
    const share = Math.floor(BUDGET_BYTES / options.files);
    this.#maxBytes = Math.max(MIN_BATCH_BYTES, Math.min(MAX_BATCH_BYTES, share));
    this.#wantedBytes = Math.min(CHUNK_BYTES / 2, this.#maxBytes);
    this.#position = options.position;
    this.#positionIsChecked = options.position === undefined;
  }

  /** The next lines in reading order; none at the end. A line that is not terminated is torn. */
  async next(): Promise<FileLine[]> {
    if (this.#finished) return [];
    const { path, slots, checkpoint } = this.#options;
    await slots.acquire();
    try {
      checkpoint();
      this.#finished = true;
      await using handle = await openToRead(path);
      return handle === undefined ? [] : await this.#read(handle);
    } catch (error) {
      throw storageError(error);
    } finally {
      slots.release();
    }
  }

  async #read(handle: FileHandle): Promise<FileLine[]> {
    const { path, forwards, maxLineBytes } = this.#options;
    const stats = await handle.stat();
    if (!stats.isFile()) throw notAFile(path, "is not a regular file");
    const { size, mtimeMs } = stats;
    const position = this.#position ?? (forwards ? 0 : size);
    if (!this.#positionIsChecked) await checkPosition(handle, position, size);
    this.#positionIsChecked = true;
    const chunks = forwards
      ? readLines(handle, { start: position, end: size, maxLineBytes })
      : readLinesBackward(handle, { end: position, maxLineBytes });
    const isSettled = mtimeMs < Date.now() - SETTLED_MS;
    const batch: FileLine[] = [];
    let bytes = 0;
    for await (const lines of chunks) {
      for (const line of lines) {
        if (this.#isLean && bytes >= this.#wantedBytes) break;
        if (!line.terminated && !isSettled) continue;
        batch.push(this.#isLean ? detach(line) : line);
        bytes += line.length + 1;
      }
      this.#finished = bytes < this.#wantedBytes;
      if (!this.#finished) break;
    }
    this.#wantedBytes = Math.min(this.#wantedBytes * 2, this.#maxBytes);
    const last = batch.at(-1);
    if (last !== undefined) {
      this.#position = forwards ? last.offset + last.length + 1 : last.offset;
    }
    return batch;
  }

  /** With very many files, a batch keeps a few lines of its own instead of the chunk they were read in. */
  get #isLean(): boolean {
    return this.#maxBytes < CHUNK_BYTES;
  }
}

function detach(line: FileLine): FileLine {
  return line.line === undefined ? line : { ...line, line: Buffer.from(line.line) };
}

/** Undefined where there is no file. */
async function openToRead(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, READ);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    if (systemCode(error) === "ELOOP") throw notAFile(path, "is a symbolic link");
    throw error;
  }
}

function notAFile(path: string, problem: string): MemoryError {
  return new MemoryError("MEM_CORRUPT", `${path} ${problem}, which is never read; move it away`);
}

/** A position is where a line ended when the cursor was made, and files only grow. */
async function checkPosition(handle: FileHandle, position: number, size: number): Promise<void> {
  const before = Buffer.alloc(1);
  if (position <= size) await handle.read(before, 0, 1, position - 1);
  if (before[0] !== NEWLINE) {
    throw invalidCursor("fits no file any more; begin again without it");
  }
}
