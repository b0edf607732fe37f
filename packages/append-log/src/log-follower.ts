import { setImmediate } from "node:timers/promises";

import type { AppendFile } from "./append-file.ts";
import { syncDirectory } from "./durable-file.ts";
import { decodeFrame, FORMAT, type Frame } from "./frame.ts";
import { LineScanner, type LineVisitor } from "./line-scanner.ts";
import { LogError } from "./log-error.ts";
import { formatSegment, positionsIn } from "./position.ts";
import { openSegment, segmentGone } from "./segment.ts";

const CHUNK_BYTES = 2 ** 18;
/** How long reading may keep the event loop from other work, in ms. */
const SLICE_MS = 10;

/** Bytes of a log that are not a frame, or not the frame that was written. They are skipped. */
export interface Damage {
  readonly segment: number;
  /** Byte offset in the segment. */
  readonly offset: number;
  readonly bytes: number;
  /**
   * `"torn-or-changed"`: the checksum does not match; `"too-long"`: longer than any frame may be;
   * `"no-seal"`: the segment has a successor, but its end mark is missing; `"missing"`: this segment,
   * and perhaps some after it, is absent between others (only from `verifyLog`: a log rejects there).
   */
  readonly reason: "torn-or-changed" | "too-long" | "no-seal" | "missing";
}

/** A frame and its size in the file in bytes, newline included. */
export interface WrittenFrame {
  readonly frame: Frame;
  readonly bytes: number;
}

export interface LogFollowerOptions {
  directory: string;
  durable: boolean;
  maxLineBytes: number;
  /** Receives each data frame that counts, once, in the order of the log. */
  visit(frame: Frame, position: string): void;
  onDamage(damage: Damage): void;
}

/** Reads a log in order, across its segments, to its growing end. */
export class LogFollower {
  segment = 0;
  /**
   * Everything before this offset of the segment was visited. It never lies behind the end mark:
   * who begins to read here one day, before there is a next segment, has to see that mark.
   */
  offset = 0;
  /** The end mark of the segment was read: nothing behind it counts. */
  sealed = false;
  readonly #options: LogFollowerOptions;
  readonly #buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  #file: AppendFile | undefined;
  #positionAt = positionsIn(0);
  #superseded = false;
  #scanner = new LineScanner(0, 0);
  #following: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;
  #holders = 0;
  #left: AppendFile[] = [];

  constructor(options: LogFollowerOptions) {
    this.#options = options;
  }

  /** The file of the segment. */
  get file(): AppendFile {
    if (this.#file === undefined) throw new LogError("LOG_CLOSED", "The log is closed");
    return this.#file;
  }

  /** Goes to a place in the log. With `create`, its segment is created when it is absent. */
  async enter(segment: number, offset: number, create: boolean): Promise<void> {
    const { directory, durable, maxLineBytes } = this.#options;
    const previous = this.#file;
    // What ends a segment must be on disk before there is anything in the next one.
    const beforeCreating = async (): Promise<void> => {
      if (durable) await previous?.sync();
    };
    const opened = await openSegment(directory, segment, create ? beforeCreating : undefined);
    try {
      if (offset > 0) requireBoundary(opened.file, segment, offset);
      if (durable) await syncDirectory(directory);
    } catch (error) {
      await opened.file.close();
      throw error;
    }
    this.#file = opened.file;
    this.#superseded = opened.superseded;
    this.#scanner = new LineScanner(offset, maxLineBytes);
    this.segment = segment;
    this.#positionAt = positionsIn(segment);
    this.offset = offset;
    this.sealed = false;
    if (previous !== undefined) this.#left.push(previous);
    await this.#closeLeft();
  }

  /** Where reading goes on in the file: behind a line, or in one that is not complete yet. */
  get end(): number {
    return this.#scanner.end;
  }

  /** Visits everything up to the end of the log. Calls of one tick share one look at the file. */
  follow(): Promise<void> {
    this.#following ??= Promise.resolve().then(() => this.#look());
    return this.#following;
  }

  /** By one look at the file: whether everything in the log was visited. */
  isAtEnd(): boolean {
    return this.#following === undefined && this.#nothingToRead();
  }

  /**
   * Visits frames that were written, one after the other, where this follower is: without reading
   * them. Does nothing when it is elsewhere by now, because somebody read or wrote meanwhile.
   */
  takeWritten(start: number, frames: readonly WrittenFrame[]): void {
    if (this.#following !== undefined || this.#stopped) return;
    if (this.offset !== start || this.end !== start) return;
    this.offset = start + 1;
    for (const { frame, bytes } of frames) {
      this.#visit(frame, this.offset);
      if (this.#stopped) break;
      this.offset += bytes;
    }
    this.#scanner = new LineScanner(this.offset, this.#options.maxLineBytes);
  }

  /** Runs work that uses `file`: segments that are left meanwhile are closed afterwards. */
  async holding<T>(work: () => Promise<T>): Promise<T> {
    this.#holders += 1;
    try {
      return await work();
    } finally {
      this.#holders -= 1;
      if (this.#left.length > 0) await this.#closeLeft();
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.#following]);
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  get #stopped(): boolean {
    return this.sealed || this.#failure !== undefined;
  }

  /** Undefined when there is nothing to read, which is cheaper to tell than by a promise. */
  #look(): Promise<void> | undefined {
    let reading: Promise<void> | undefined;
    try {
      if (!this.#nothingToRead()) reading = this.#readToEnd();
    } finally {
      // Now, not a microtask later: who asks next must get a look of their own.
      if (reading === undefined) this.#following = undefined;
    }
    return reading;
  }

  #nothingToRead(): boolean {
    if (this.#stopped || this.#superseded) return false;
    const { size, nlink } = this.file.stat();
    return size === this.end && nlink > 0;
  }

  async #readToEnd(): Promise<void> {
    try {
      let began = performance.now();
      for (;;) {
        if (this.#failure !== undefined) throw this.#failure.error;
        if (this.sealed) await this.enter(this.segment + 1, 0, true);
        if (this.#readChunk()) {
          if (performance.now() - began < SLICE_MS) continue;
          await setImmediate();
          began = performance.now();
        } else if (this.#superseded) {
          this.#report(this.offset, 0, "no-seal");
          this.sealed = true;
        } else {
          return;
        }
      }
    } finally {
      this.#following = undefined;
    }
  }

  /** False when there is nothing more for now. */
  #readChunk(): boolean {
    const { size, nlink } = this.file.stat();
    const position = this.end;
    if (size < position) throw segmentGone(this.segment, "was cut short");
    if (size === position) {
      if (nlink === 0) throw segmentGone(this.segment, "was removed");
      return false;
    }
    // What was appended just now is in memory: reading it in place is faster than a thread.
    const read = this.file.read(this.#buffer, position);
    this.#scanner.scan(this.#buffer.subarray(0, read), this.#visitLine);
    return true;
  }

  readonly #visitLine: LineVisitor = (bytes, start, end, offset, length) => {
    if (this.#stopped) return;
    if (length > 0) {
      const frame = bytes && decodeFrame(bytes, start, end);
      if (frame !== undefined) this.#visit(frame, offset);
      else this.#report(offset, length, bytes === undefined ? "too-long" : "torn-or-changed");
    }
    if (!this.#stopped) this.offset = offset + length + 1;
  };

  #visit(frame: Frame, offset: number): void {
    if (frame.kind === "seal") {
      this.sealed = true;
      return;
    }
    this.#take(() => {
      if (frame.kind === "head") requireFormat(frame, this.segment);
      else this.#options.visit(frame, this.#positionAt(offset));
    });
  }

  #report(offset: number, bytes: number, reason: Damage["reason"]): void {
    this.#take(() => this.#options.onDamage({ segment: this.segment, offset, bytes, reason }));
  }

  /** To go on behind what was not taken in would be to lose it: all reading ends here then. */
  #take(visit: () => void): void {
    try {
      visit();
    } catch (error) {
      this.#failure = { error };
    }
  }

  async #closeLeft(): Promise<void> {
    if (this.#holders > 0) return;
    for (const file of this.#left.splice(0)) await file.close();
  }
}

/** Throws `LOG_FORMAT` unless this library knows the format that the head of a segment names. */
export function requireFormat(head: Frame, segment: number): void {
  if (head.payload === FORMAT) return;
  const found = `Segment ${formatSegment(segment)} of the log has the format ${head.payload}`;
  throw new LogError("LOG_FORMAT", `${found}; this version of the library knows ${FORMAT}`);
}

/** Checks a place in the middle of a segment: its format is known and a line begins there. */
function requireBoundary(file: AppendFile, segment: number, offset: number): void {
  const first = Buffer.alloc(256);
  const line = first.subarray(0, file.read(first, 0)).toString("latin1").trimStart();
  const head = decodeFrame(Buffer.from(line.slice(0, line.indexOf("\n")), "latin1"));
  if (head?.kind === "head") requireFormat(head, segment);
  const before = Buffer.alloc(1);
  const read = file.read(before, offset - 1);
  if (read === 0) throw segmentGone(segment, `ends before ${offset}`);
  if (before.toString() !== "\n") throw segmentGone(segment, `has no line at ${offset}`);
}
