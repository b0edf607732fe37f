import { scanLines } from "@mem/append-log";
import { openSegment } from "../folder/open-segment.ts";
import type { RecordFile } from "../folder/record-folder.ts";
import type { SegmentFile } from "../folder/segment-names.ts";
import { decodeRecord } from "../line/record-line.ts";
import { kindOfLine } from "../line/line-kind.ts";
import { openSegmentBytes } from "../reading/segment-source.ts";

/** The times of the newest records in segments, each read once: a finished segment does not change by itself. */
export class NewestRecords {
  readonly #known = new Map<string, number>();

  /** In milliseconds since 1970; `-Infinity` if a segment has no record any more. */
  async timeOf(file: RecordFile, { segment }: SegmentFile): Promise<number> {
    const key = `${segment}:${file.path}`;
    const newest = this.#known.get(key) ?? (await read(file, segment));
    this.#known.set(key, newest);
    return newest;
  }

  /** Call it when a segment was changed or removed. */
  forget(file: RecordFile, segment: number): void {
    this.#known.delete(`${segment}:${file.path}`);
  }
}

async function read(file: RecordFile, segment: number): Promise<number> {
  let newest = -Infinity;
  await using open = await openSegment(file, segment, false);
  if (open === undefined) return newest;
  await scanLines(openSegmentBytes(open), (bytes, start, end) => {
    if (bytes === undefined || kindOfLine(bytes, start, end) !== "record") return;
    const decoded = decodeRecord(bytes.subarray(start, end));
    if (typeof decoded !== "string") newest = Math.max(newest, decoded.time);
  });
  return newest;
}
