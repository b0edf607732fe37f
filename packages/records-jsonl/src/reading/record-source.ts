import type { FileLine } from "@mem/append-log";
import type { RecordFile } from "../folder/record-folder.ts";
import type { AgentSegments } from "../folder/agent-segments.ts";
import type { DecodedRecord } from "../line/record-line.ts";
import { invalidCursor, type Position } from "./cursor.ts";
import { readRecord } from "./line-record.ts";
import { SegmentLines, type LineReading } from "./segment-lines.ts";

export interface RecordSourceOptions extends LineReading {
  readonly segments: AgentSegments;
  /** Where a cursor says to begin; if undefined, at the beginning or, backward, at the end. */
  readonly position: Position | undefined;
}

/** A record and where it is. */
export interface Head extends DecodedRecord {
  readonly segment: number;
  readonly line: FileLine;
}

/** The matching records of an agent, oldest or newest first, read on demand. */
export class RecordSource {
  readonly #options: RecordSourceOptions;
  /** The segments that are left, in reading order. */
  readonly #segments: number[];
  #lines: SegmentLines | undefined;
  #segment = 0;
  #batch: FileLine[] = [];
  #next = 0;
  #head: Head | undefined;
  /** Everything before it, in reading order, has been read. */
  #passed: Position | undefined;
  #finished = false;

  constructor(options: RecordSourceOptions) {
    this.#options = options;
    this.#passed = options.position;
    this.#segments = segmentsFrom(options);
  }

  get file(): RecordFile {
    return this.#options.file;
  }

  get name(): string {
    return this.#options.file.name;
  }

  /** The current record; undefined before the first `advance()` and at the end. */
  get head(): Head | undefined {
    return this.#head;
  }

  /** Where to continue so that the head is found first; undefined if nothing is left, or if nothing was read. */
  get position(): Position | undefined {
    const { forwards } = this.#options;
    if (this.#head !== undefined) {
      const { segment, line } = this.#head;
      return { segment, offset: forwards ? line.offset : line.offset + line.length + 1 };
    }
    return this.#finished && !forwards ? undefined : this.#passed;
  }

  /** Moves on to the next matching record, reporting what is skipped. */
  async advance(): Promise<void> {
    while (!(await this.#step(Infinity)));
  }

  /** Removes the head. Resolves with whether there may be more, after reading at most one more batch. */
  async leave(): Promise<boolean> {
    const isKnown = await this.#step(1);
    return !isKnown || this.#head !== undefined;
  }

  /** Gives the buffer back. The source can't be used any more. */
  release(): void {
    this.#options.room.release();
  }

  /** Looks for the next head in at most this many more batches. False if it is not known yet whether there is one. */
  async #step(batches: number): Promise<boolean> {
    this.#head = undefined;
    for (let left = batches; ;) {
      const line = this.#batch[this.#next];
      if (line !== undefined) {
        this.#next += 1;
        if (this.#take(line)) return true;
        continue;
      }
      this.#passBatch();
      if (left === 0) return false;
      if (!(await this.#readOn())) {
        this.#finished = true;
        return true;
      }
      left -= 1;
    }
  }

  /** Reads the next batch, which may be empty; false at the end of all segments. */
  async #readOn(): Promise<boolean> {
    if (this.#lines === undefined || this.#lines.finished) {
      const segment = this.#segments.shift();
      if (segment === undefined) return false;
      const { segments, position } = this.#options;
      this.#segment = segment;
      this.#lines = new SegmentLines(this.#options, {
        segment,
        wasCurrent: segment === segments.current?.segment,
        position: position?.segment === segment ? position.offset : undefined,
      });
    }
    this.#batch = await this.#lines.next();
    this.#next = 0;
    return true;
  }

  /** The batch is used up, so what it skipped without returning a line is behind us, too. */
  #passBatch(): void {
    if (this.#lines === undefined) return;
    this.#passed = { segment: this.#segment, offset: this.#lines.position };
  }

  /** Whether the line is the next head. */
  #take(line: FileLine): boolean {
    const { forwards, file, match, maxLineBytes, damage } = this.#options;
    const { label = file.label, current = false } = this.#lines ?? {};
    const end = line.offset + line.length + 1;
    if (line.terminated || !forwards) {
      this.#passed = { segment: this.#segment, offset: forwards ? end : line.offset };
    }
    const decoded = readRecord(line, { label: file.label, current, maxLineBytes });
    if (typeof decoded === "object") {
      if (!match.matches(decoded.record, decoded.time)) return false;
      this.#head = { ...decoded, segment: this.#segment, line };
      return true;
    }
    if (decoded !== undefined) {
      const place = { file, segment: this.#segment };
      damage.note({ file: label, offset: line.offset, problem: decoded, place });
    }
    return false;
  }
}

/** The segments to read, in reading order, from the position on. Dropped ones are skipped. */
function segmentsFrom({ segments, position, forwards }: RecordSourceOptions): number[] {
  const { earlier, current } = segments;
  const all = earlier.map(({ segment }) => segment);
  if (current !== undefined) all.push(current.segment);
  const last = all.at(-1);
  if (position !== undefined && last !== undefined && position.segment > last) {
    throw invalidCursor("fits no file any more; begin again without it");
  }
  const left = all.filter(
    (segment) =>
      position === undefined ||
      (forwards ? segment >= position.segment : segment <= position.segment),
  );
  return forwards ? left : left.toReversed();
}
