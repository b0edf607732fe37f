import { findLine, type ByteSource } from "@mem/append-log";
import type { CurrentSegment } from "../folder/agent-segments.ts";
import { lookAtFile, openToRead } from "../folder/open-segment.ts";
import type { RecordFile, RecordFolder } from "../folder/record-folder.ts";
import { isControlType, typeOf } from "../line/control-line.ts";
import { kindOfLine } from "../line/line-kind.ts";

/** When an agent's current file is rotated. */
export interface RotationRule {
  /** At this many bytes. */
  readonly bytes: number;
  /** Also at the first append of a UTC day. */
  readonly daily: boolean;
}

const DAY_MS = 86_400_000;

/** The UTC day of a time, counted from 1970. */
export function dayOf(time: number): number {
  return Math.floor(time / DAY_MS);
}

/** Whether a rule requires rotating the current file; `"always"` does if there is anything in it. */
export async function isRotationDue(
  file: RecordFile,
  rule: RotationRule | "always",
  now: number,
): Promise<boolean> {
  const handle = openToRead(file.path);
  if (handle === undefined) return false;
  try {
    const { size } = await handle.stat();
    if (rule !== "always" && size < rule.bytes && !rule.daily) return false;
    // A file with only control lines is not worth rotating, unless it ends with a torn line.
    const first = await findLine(handle, isContent, { end: size });
    if (first === undefined) return rule === "always" && (await isTorn(handle, size));
    if (rule === "always" || size >= rule.bytes) return true;
    return dayOf(timeOf(first.line)) < dayOf(now);
  } finally {
    await handle.close();
  }
}

/** Which segment the current file is; undefined if there is none. */
export async function findCurrent(
  file: RecordFile,
  folder: RecordFolder,
): Promise<CurrentSegment | undefined> {
  const found = lookAtFile(file.path);
  if (found?.stated === undefined) return (await folder.segmentsToChange(file)).current;
  const { stated, ...identity } = found;
  return { ...identity, segment: stated, stated: true };
}

async function isTorn(handle: ByteSource, size: number): Promise<boolean> {
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  await handle.read(last, 0, 1, size - 1);
  return last[0] !== 0x0a;
}

function isContent(line: Buffer): boolean {
  return !isControlType(typeOf(line)) && kindOfLine(line) !== "blank";
}

/** The time on a record's line; `Infinity` if it has none. */
function timeOf(line: Buffer | undefined): number {
  const text = line?.toString("latin1", 0, 2 ** 16);
  const time = Date.parse(/"timestamp":"([^"]{1,32})"/.exec(text ?? "")?.[1] ?? "");
  return Number.isNaN(time) ? Infinity : time;
}
