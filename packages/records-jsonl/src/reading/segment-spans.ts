import { fstatSync, statSync } from "node:fs";
import { findLine } from "@mem/append-log";
import type { OpenSegment } from "../folder/open-segment.ts";
import type { RecordFile } from "../folder/record-folder.ts";
import { indexPath } from "../folder/segment-names.ts";
import type { Span, Wanted } from "../index/block-choice.ts";
import type { SegmentIndex } from "../index/segment-index.ts";
import type { SegmentIndexes } from "../index/segment-indexes.ts";
import { sealedSegment } from "../line/control-line.ts";
import type { SegmentBytes } from "./segment-source.ts";

/** Where the content of an earlier segment ends: nothing after the first seal counts. */
export async function endOfContent(
  source: SegmentBytes,
  segment: number,
  maxLineBytes: number,
): Promise<number> {
  const isSeal = (line: Buffer): boolean => sealedSegment(line) === segment;
  const seal = await findLine(source, isSeal, { maxLineBytes });
  return seal?.offset ?? (await source.size());
}

/** Whether the file is still the one that is appended to. */
export function isAtPath({ handle, path }: OpenSegment): boolean {
  const own = fstatSync(handle.fd);
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && found.ino === own.ino && found.dev === own.dev;
}

/** The spans up to the end of the index that may hold wanted records; if it can't tell, everything up to there. */
export async function wantedSpans(
  index: SegmentIndex,
  wanted: Wanted,
  giveUp: () => void,
): Promise<readonly Span[]> {
  const spans = await index.spans(wanted);
  if (spans !== undefined) return spans;
  giveUp();
  return index.end === 0 ? [] : [{ start: 0, end: index.end }];
}

/** Forgets the index of a segment, so that the next call loads or builds it again. */
export function dropIndex(
  indexes: SegmentIndexes,
  file: RecordFile,
  segment: number,
  { current }: OpenSegment,
): void {
  indexes.drop(indexPath(file, current ? "current" : segment));
}

/** The parts of the spans between two offsets. */
export function clip(spans: readonly Span[], start: number, end: number): Span[] {
  return spans
    .map((span) => ({ start: Math.max(span.start, start), end: Math.min(span.end, end) }))
    .filter((span) => span.start < span.end);
}
