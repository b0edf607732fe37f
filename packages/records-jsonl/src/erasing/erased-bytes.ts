import { readLines } from "@mem/append-log";
import { openSegment } from "../folder/open-segment.ts";
import type { RecordFile } from "../folder/record-folder.ts";
import { eraseLine } from "../line/erased-line.ts";
import { MAX_CHAINED_LINE_BYTES } from "../line/segment-sum.ts";
import { openSegmentBytes } from "../reading/segment-source.ts";
import type { SegmentSurvey } from "./segment-survey.ts";

const NEWLINE = Buffer.from("\n");

/** The content of a segment without what has to be erased; every other byte stays where it is. */
export async function* erasedBytes(
  file: RecordFile,
  segment: number,
  { lines, torn, sealEnd = Infinity }: SegmentSurvey,
): AsyncGenerator<Buffer, void, undefined> {
  const erased = new Set(lines.map(({ offset }) => offset));
  const blanked = new Set(torn);
  await using open = await openSegment(file, segment, false);
  if (open === undefined) return;
  const options = { end: sealEnd, maxLineBytes: MAX_CHAINED_LINE_BYTES };
  for await (const part of readLines(openSegmentBytes(open), options)) {
    const pieces: Buffer[] = [];
    for (const { line, offset, length, terminated } of part) {
      if (erased.has(offset)) pieces.push((line && eraseLine(line)) ?? blanks(length));
      else if (line === undefined || blanked.has(offset)) pieces.push(blanks(length));
      else pieces.push(line);
      if (terminated) pieces.push(NEWLINE);
    }
    yield Buffer.concat(pieces);
  }
}

function blanks(length: number): Buffer {
  return Buffer.alloc(length, " ");
}
