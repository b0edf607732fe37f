import { rm, stat } from "node:fs/promises";
import { syncDirectory, systemCode } from "@mem/append-log";
import type { AgentSegments } from "../folder/agent-segments.ts";
import { asideOf } from "../folder/aside.ts";
import type { RecordFile } from "../folder/record-folder.ts";
import { segmentFile, type SegmentFile } from "../folder/segment-names.ts";
import type { NewestRecords } from "./newest-record.ts";

/** Which of each agent's segments are kept. */
export interface RetentionRule {
  /** Segments whose newest record is older than this are dropped. */
  readonly days: number;
  /** The oldest segments are dropped while all files of the agent have more bytes on disk. */
  readonly bytes: number;
}

const DAY_MS = 86_400_000;

/** The earlier segments that the rule drops, oldest first. */
export async function outlivedSegments(
  file: RecordFile,
  { earlier, current }: AgentSegments,
  rule: RetentionRule,
  now: number,
  newest: NewestRecords,
): Promise<SegmentFile[]> {
  const sizes = await Promise.all(earlier.map(({ path }) => sizeOf(path)));
  let bytes = sizes.reduce((sum, size) => sum + size, current?.size ?? 0);
  const outlived: SegmentFile[] = [];
  for (const [n, segment] of earlier.entries()) {
    const isTooMuch = bytes > rule.bytes;
    if (!isTooMuch && !(await isOlder(file, segment, now - rule.days * DAY_MS, newest))) break;
    bytes -= sizes[n] ?? 0;
    outlived.push(segment);
  }
  return outlived;
}

/** Removes a segment in both its forms, with the temporary files that a killed process left of them. */
export async function removeSegment(file: RecordFile, segment: number): Promise<void> {
  for (const compressed of [false, true]) {
    const { path } = segmentFile(file, segment, compressed);
    await rm(path, { force: true });
    await rm(asideOf(path), { force: true });
  }
  await syncDirectory(file.folder);
}

async function isOlder(
  file: RecordFile,
  segment: SegmentFile,
  time: number,
  newest: NewestRecords,
): Promise<boolean> {
  return time > -Infinity && (await newest.timeOf(file, segment)) < time;
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return 0;
    throw error;
  }
}
