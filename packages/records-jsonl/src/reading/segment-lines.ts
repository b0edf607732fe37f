import { fstatSync } from "node:fs";
import type { FileLine } from "@mem/append-log";
import { openSegment, type OpenSegment } from "../folder/open-segment.ts";
import type { RecordFile } from "../folder/record-folder.ts";
import type { Slots } from "../folder/slots.ts";
import { storageError } from "../folder/storage-errors.ts";
import type { Span } from "../index/block-choice.ts";
import type { SegmentIndex } from "../index/segment-index.ts";
import type { SegmentIndexes } from "../index/segment-indexes.ts";
import type { BatchRoom } from "./batch-room.ts";
import { invalidCursor } from "./cursor.ts";
import { LOST_PART, type DamageLog } from "./damage-log.ts";
import { readBatch, readLongLines } from "./line-batch.ts";
import type { RecordMatch } from "./record-match.ts";
import { clip, dropIndex, endOfContent, isAtPath, wantedSpans } from "./segment-spans.ts";
import { openSegmentBytes, type SegmentBytes } from "./segment-source.ts";

const NEWLINE = 10;
/** An end without a newline that nobody has touched for this long, in ms, is torn, not being written. */
const SETTLED_MS = 1000;
/** How many bytes are read without an index before one is built, because the answer may be near. */
const UNINDEXED_BYTES = 2 ** 20;

export interface LineReading {
  readonly file: RecordFile;
  /** Whether to read from the beginning to the end, or backward. */
  readonly forwards: boolean;
  readonly match: RecordMatch;
  readonly maxLineBytes: number;
  readonly room: BatchRoom;
  /** Bounds how many files are open at the same time. */
  readonly slots: Slots;
  readonly indexes: SegmentIndexes;
  readonly damage: DamageLog;
  /** Called before each batch; throws if nobody waits for it any more. */
  readonly checkpoint: () => void;
}

export interface LinesOfSegment {
  readonly segment: number;
  /** Whether it was the current segment when the query began. */
  readonly wasCurrent: boolean;
  /** Where a cursor says to begin, in bytes; if undefined, at the beginning or, backward, at the end. */
  readonly position: number | undefined;
}

/** A part of the segment that is left to read, and whether an index could save reading some of it. */
interface Part {
  start: number;
  end: number;
  readonly unindexed: boolean;
}

/**
 * The lines of a segment that may match, in batches. The file is open only while a batch is read and a slot is held, so
 * even a query of ten thousand agents takes few descriptors.
 */
export class SegmentLines {
  readonly #reading: LineReading;
  readonly #segment: number;
  readonly #wasCurrent: boolean;
  readonly #begin: number | undefined;
  /** What is left to read, in the order of the file. */
  #parts: Part[] | undefined;
  #unindexedBytes = 0;
  #finished = false;
  #position: number;
  #current = false;
  #label: string;

  constructor(reading: LineReading, { segment, wasCurrent, position }: LinesOfSegment) {
    this.#reading = reading;
    this.#segment = segment;
    this.#wasCurrent = wasCurrent;
    this.#begin = position;
    this.#position = position ?? 0;
    this.#label = reading.file.label;
  }

  get finished(): boolean {
    return this.#finished;
  }

  /** Everything before it, in reading order, has been read. */
  get position(): number {
    return this.#position;
  }

  /** The label of the file when the last batch was read, for reports. */
  get label(): string {
    return this.#label;
  }

  /** Whether it was the current segment when its first batch was read. */
  get current(): boolean {
    return this.#current;
  }

  /**
   * The next lines in reading order. There may be none although more follow, until `finished`. They are views of the
   * room that they were read into, and valid only until the next call.
   */
  async next(): Promise<FileLine[]> {
    if (this.#finished) return [];
    const { file, slots, checkpoint } = this.#reading;
    await slots.acquire();
    try {
      checkpoint();
      await using open = await openSegment(file, this.#segment, this.#wasCurrent);
      if (open === undefined) {
        this.#finished = true;
        return [];
      }
      this.#label = open.label;
      return await this.#read(open);
    } catch (error) {
      throw storageError(error);
    } finally {
      slots.release();
    }
  }

  async #read(open: OpenSegment): Promise<FileLine[]> {
    const { room } = this.#reading;
    const index = await this.#index(open);
    const source = this.#source(open, index);
    const { mtimeMs } = fstatSync(open.handle.fd);
    if (this.#parts === undefined) {
      this.#current = open.current;
      this.#parts = await this.#plan(open, source, index);
    }
    await this.#planUnindexed(open);
    const isSettled = !open.current || mtimeMs < Date.now() - SETTLED_MS;
    const batch: FileLine[] = [];
    const whole = room.take();
    for (let free = whole; free.length > 0;) {
      const part = this.#nextPart();
      if (part === undefined) break;
      const lines = await this.#readPart(source, part, free, free === whole);
      if (lines === undefined) break;
      let taken = 0;
      for (const line of lines) {
        taken += line.length + 1;
        this.#pass(part, line);
        if (this.#isWanted(line, isSettled)) batch.push(room.isLean ? detach(line) : line);
      }
      if (lines.length === 0) this.#drop(part);
      // The rest of an unfinished part does not fit; after a finished one, the next part may fit.
      if (this.#nextPart() === part) break;
      const left = Math.max(0, free.length - taken);
      free = this.#reading.forwards ? free.subarray(free.length - left) : free.subarray(0, left);
    }
    this.#finished = this.#parts.length === 0;
    if (room.isLean) room.release();
    room.grow();
    return batch;
  }

  /** The next lines of a part; undefined if not even one fits into the room that is left. */
  async #readPart(
    source: SegmentBytes,
    { start, end }: Part,
    buffer: Buffer,
    isEmpty: boolean,
  ): Promise<FileLine[] | undefined> {
    const { forwards, maxLineBytes } = this.#reading;
    const range = { start, end, forwards, maxLineBytes };
    const lines = await readBatch(source, range, buffer);
    return lines === undefined && isEmpty ? readLongLines(source, range) : lines;
  }

  #isWanted({ line, terminated }: FileLine, isSettled: boolean): boolean {
    const { match } = this.#reading;
    if (!terminated && !isSettled) return false;
    return line === undefined || match.isAll || match.mayMatch(line);
  }

  #pass(part: Part, { offset, length, terminated }: FileLine): void {
    if (part.unindexed) this.#unindexedBytes += length + 1;
    if (!this.#reading.forwards) {
      this.#position = part.end = offset;
    } else if (terminated) {
      this.#position = part.start = offset + length + 1;
    } else {
      // A later query checks again whether it has an end by then.
      part.start = part.end;
    }
    if (part.start >= part.end) this.#drop(part);
  }

  #nextPart(): Part | undefined {
    return this.#reading.forwards ? this.#parts?.[0] : this.#parts?.at(-1);
  }

  #drop(part: Part): void {
    this.#parts = this.#parts?.filter((each) => each !== part);
  }

  /** The parts to read, determined before anything has been read. */
  async #plan(open: OpenSegment, source: SegmentBytes, index?: SegmentIndex): Promise<Part[]> {
    const { match, forwards } = this.#reading;
    const end = await this.#end(open, source, index);
    await this.#checkBegin(source, end);
    const [from, to] = forwards ? [this.#begin ?? 0, end] : [0, Math.min(end, this.#begin ?? end)];
    this.#position = forwards ? from : to;
    if (match.isAll) return partsOf([{ start: from, end: to }], false);
    const known = index === undefined ? [] : await this.#wanted(open, index);
    const rest = [{ start: index?.end ?? 0, end }];
    return [...partsOf(clip(known, from, to), false), ...partsOf(clip(rest, from, to), true)];
  }

  /** Builds an index if much was read without one and much is left. */
  async #planUnindexed(open: OpenSegment): Promise<void> {
    const part = this.#parts?.find(({ unindexed }) => unindexed);
    if (part === undefined || this.#unindexedBytes < UNINDEXED_BYTES) return;
    if (part.end - part.start < UNINDEXED_BYTES) return;
    const { indexes, file, checkpoint } = this.#reading;
    const index = await indexes.complete(file, this.#segment, open, checkpoint);
    const spans = [...(await this.#wanted(open, index)), { start: index.end, end: part.end }];
    const others = (this.#parts ?? []).filter((each) => each !== part);
    this.#parts = [...others, ...partsOf(clip(spans, part.start, part.end), false)];
  }

  /** The end of the content that counts. */
  async #end(open: OpenSegment, source: SegmentBytes, index?: SegmentIndex): Promise<number> {
    if (open.current) {
      const end = await source.size();
      // A file is sealed only after another one is at its path, so all lines up to this end count.
      if (isAtPath(open)) return end;
    } else if (index !== undefined) {
      return index.end;
    }
    return endOfContent(source, this.#segment, this.#reading.maxLineBytes);
  }

  #wanted(open: OpenSegment, index: SegmentIndex): Promise<readonly Span[]> {
    const { indexes, file, match } = this.#reading;
    return wantedSpans(index, match.wanted, () => {
      dropIndex(indexes, file, this.#segment, open);
    });
  }

  /** A compressed segment is read with an index; a plain one only planned with one, if there is a condition. */
  async #index(open: OpenSegment): Promise<SegmentIndex | undefined> {
    const { indexes, file, match, checkpoint } = this.#reading;
    if (!open.compressed && (match.isAll || this.#parts !== undefined)) return undefined;
    const index = await indexes.known(file, this.#segment, open);
    if (index !== undefined || !open.compressed) return index;
    return indexes.complete(file, this.#segment, open, checkpoint);
  }

  #source(open: OpenSegment, index: SegmentIndex | undefined): SegmentBytes {
    const { damage, file } = this.#reading;
    const members = index?.members;
    return openSegmentBytes(open, {
      ...(members !== undefined && { members }),
      onLost: (offset) => {
        const place = { file, segment: this.#segment };
        damage.note({ file: open.label, offset, problem: LOST_PART, place });
      },
    });
  }

  /** A line ended at this position when the cursor was made, and existing content never moves. */
  async #checkBegin(source: SegmentBytes, end: number): Promise<void> {
    if (this.#begin === undefined || this.#begin === 0) return;
    const before = Buffer.alloc(1);
    if (this.#begin <= end) await source.read(before, 0, 1, this.#begin - 1);
    if (before[0] !== NEWLINE) {
      throw invalidCursor("fits no file any more; begin again without it");
    }
  }
}

function partsOf(spans: readonly Span[], unindexed: boolean): Part[] {
  return spans.filter(({ start, end }) => start < end).map((span) => ({ ...span, unindexed }));
}

function detach(line: FileLine): FileLine {
  return line.line === undefined ? line : { ...line, line: Buffer.from(line.line) };
}
