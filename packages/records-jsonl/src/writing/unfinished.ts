import { lstatSync } from "node:fs";
import { findLine } from "@mem/append-log";
import { openToRead } from "../folder/open-segment.ts";
import type { RecordFile } from "../folder/record-folder.ts";
import { segmentFile } from "../folder/segment-names.ts";
import { decodeControl, typeOf } from "../line/control-line.ts";

/**
 * The earlier segments above `finished` that have a plain file, oldest first. Segments are finished in order, so the
 * search goes back from the newest and ends at the first one without a plain file.
 */
export function plainSegments(file: RecordFile, current: number, finished: number): number[] {
  const plain: number[] = [];
  for (let segment = current - 1; segment > finished; segment -= 1) {
    if (!exists(segmentFile(file, segment, false).path)) break;
    plain.unshift(segment);
  }
  return plain;
}

export function isCompressed(file: RecordFile, segment: number): boolean {
  return exists(segmentFile(file, segment, true).path);
}

/** The last of the segments that have a `closed` line in the current file or in one of `plain`; 0 if none has. */
export async function lastClosed(file: RecordFile, plain: readonly number[]): Promise<number> {
  const places = plain.map((segment) => segmentFile(file, segment, false).path);
  for (const path of [file.path, ...places.toReversed()]) {
    const closed = await lastClosedIn(path, plain.at(-1) ?? 0);
    if (closed > 0) return closed;
  }
  return 0;
}

async function lastClosedIn(path: string, last: number): Promise<number> {
  const handle = openToRead(path);
  if (handle === undefined) return 0;
  let closed = 0;
  try {
    const isLast = (line: Buffer): boolean => {
      if (typeOf(line) !== "closed") return false;
      const control = decodeControl(line);
      if (control?.type === "closed") closed = Math.max(closed, control.segment);
      return closed >= last;
    };
    // Others append meanwhile, perhaps faster than this reads.
    const { size: end } = await handle.stat();
    await findLine(handle, isLast, { end });
  } finally {
    await handle.close();
  }
  return closed;
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
