import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

import { AppendFile } from "./append-file.ts";
import { LogError, systemCode, systemError } from "./log-error.ts";
import { formatSegment } from "./position.ts";

/** One file of a log. Segments follow each other in the order of their numbers. */
export interface SegmentInfo {
  readonly segment: number;
  readonly bytes: number;
}

export function segmentPath(directory: string, segment: number): string {
  return join(directory, `${formatSegment(segment)}.log`);
}

/** The segments in a folder, oldest first. */
export async function listSegments(directory: string): Promise<SegmentInfo[]> {
  const found: SegmentInfo[] = [];
  for (const segment of await segmentNumbers(directory)) {
    const path = segmentPath(directory, segment);
    try {
      found.push({ segment, bytes: (await stat(path)).size });
    } catch (cause) {
      // Another process may have dropped it since.
      if (systemCode(cause) !== "ENOENT") throw systemError(cause, `examine ${path}`);
    }
  }
  return found;
}

/** The result of reading the folder once, even if others add and drop segments meanwhile. */
async function segmentNumbers(directory: string): Promise<number[]> {
  try {
    const names = await readdir(directory);
    return names
      .filter((name) => /^\d{10}\.log$/.test(name))
      .map((name) => Number.parseInt(name, 10))
      .toSorted((a, b) => a - b);
  } catch (cause) {
    throw systemError(cause, `list ${directory}`);
  }
}

export async function removeSegment(directory: string, segment: number): Promise<void> {
  const path = segmentPath(directory, segment);
  try {
    await rm(path, { force: true });
  } catch (cause) {
    throw systemError(cause, `remove ${path}`, "unknown");
  }
}

/** An open segment, and whether there is a later one already. */
export interface OpenSegment {
  file: AppendFile;
  superseded: boolean;
}

/**
 * Opens a segment, or creates it if `beforeCreating` is given. `LOG_GONE` if it was dropped, which
 * happens only when it has a successor; a successor is created only when the segment has ended.
 *
 * A process that was paused may therefore create a segment anew after the real one was dropped.
 * Nobody ever writes to such a file: it is empty and has a successor, so it is refused here.
 */
export async function openSegment(
  directory: string,
  segment: number,
  beforeCreating?: () => Promise<void>,
): Promise<OpenSegment> {
  const path = segmentPath(directory, segment);
  const hasSuccessor = async (): Promise<boolean> =>
    (await segmentNumbers(directory)).some((other) => other > segment);
  for (;;) {
    const ended = await hasSuccessor();
    const file = await AppendFile.open(path, "existing");
    if (file !== undefined) {
      const superseded = ended || (await hasSuccessor());
      if (!superseded || file.stat().size > 0) return { file, superseded };
      await file.close();
    }
    if (ended || beforeCreating === undefined) throw segmentGone(segment, "was dropped");
    if (file === undefined) {
      await beforeCreating();
      // Whether this process has created it or another one: look again.
      await (await AppendFile.open(path, "new"))?.close();
    }
  }
}

export function segmentGone(segment: number, what: string): LogError {
  return new LogError("LOG_GONE", `Segment ${formatSegment(segment)} of the log ${what}`);
}
