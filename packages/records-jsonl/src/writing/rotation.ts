import { constants, lstatSync } from "node:fs";
import { link, open } from "node:fs/promises";
import { findLine, sealFile, systemCode, type Rotation, type SealPlace } from "@mem/append-log";
import { MemoryError } from "@mem/core";
import type { CurrentSegment } from "../folder/agent-segments.ts";
import { listSegments } from "../folder/folder-listing.ts";
import type { RecordFile } from "../folder/record-folder.ts";
import { segmentFile } from "../folder/segment-names.ts";
import { decodeControl, encodeSeal, sealedSegment } from "../line/control-line.ts";
import type { LineDigester } from "../line/line-digest.ts";
import type { ControlWriter } from "./control-writer.ts";
import { putInPlace } from "./put-in-place.ts";

/** How a writer of an agent's file finds out whether its lines count if the file was rotated meanwhile. */
export function rotationOf(file: RecordFile): Rotation {
  // The number that the file was found to have, if it does not state one.
  let found: number | undefined;
  return {
    isSeal(line, head) {
      const sealed = sealedSegment(line);
      return sealed !== undefined && sealed === (numberIn(head) ?? found ?? 1);
    },
    async isSegment({ dev, ino }, head) {
      const isNamed = (number: number): boolean => {
        const { path } = segmentFile(file, number, false);
        const stats = lstatSync(path, { throwIfNoEntry: false });
        return stats?.ino === ino && stats.dev === dev;
      };
      // A file that states no number is nearly always the first one.
      found = [numberIn(head) ?? 1].find(isNamed);
      if (found !== undefined || numberIn(head) !== undefined) return found !== undefined;
      const named = await listSegments(file.folder, file.stem);
      found = named.map(({ segment }) => segment).find(isNamed);
      return found !== undefined;
    },
  };
}

/**
 * Turns the current file into an earlier segment and puts a new one in its place, so that no append waits. Call it
 * under the folder's lock. If the process is killed between any two steps, the next call continues.
 */
export async function rotateFile(
  file: RecordFile,
  { segment, dev, ino }: CurrentSegment,
  controls: ControlWriter,
): Promise<void> {
  const { path } = segmentFile(file, segment, false);
  const taken = lstatSync(segmentFile(file, segment, true).path, { throwIfNoEntry: false });
  if (taken !== undefined) throw nameTaken(path);
  try {
    await link(file.path, path);
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
  }
  const linked = lstatSync(path);
  if (linked.ino !== ino || linked.dev !== dev) throw nameTaken(path);
  await spoilSeals(path, segment);
  await controls.begin(file, segment + 1, (line) =>
    putInPlace(file.path, (handle) => handle.writeFile([line, "\n"])),
  );
}

/** Seals a segment unless it is sealed, and resolves with where its seal is; undefined if there is no such file. */
export async function sealSegment(
  file: RecordFile,
  segment: number,
  timestamp: string,
  digester: LineDigester,
): Promise<SealPlace | undefined> {
  return sealFile(segmentFile(file, segment, false).path, {
    isSeal: (line) => sealedSegment(line) === segment,
    seal: encodeSeal(segment, timestamp, digester),
  });
}

/**
 * No seal in a file that is still appended to is genuine, and a planted one must not void the lines after it. Changes
 * only its first byte, so that it is still reported.
 */
async function spoilSeals(path: string, segment: number): Promise<void> {
  const isSeal = (line: Buffer): boolean => sealedSegment(line) === segment;
  const handle = await open(path, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0));
  try {
    // Others append meanwhile, perhaps faster than this reads.
    const { size: end } = await handle.stat();
    let planted = await findLine(handle, isSeal, { end });
    while (planted !== undefined) {
      await handle.write("#", planted.offset);
      planted = await findLine(handle, isSeal, { start: planted.offset, end });
    }
  } finally {
    await handle.close();
  }
}

function numberIn(head: Buffer | undefined): number | undefined {
  const line = head && decodeControl(head);
  return line?.type === "segment" ? line.segment : undefined;
}

function nameTaken(path: string): MemoryError {
  const message = `${path} is another file than the one that should get this name; move it away`;
  return new MemoryError("MEM_CORRUPT", message);
}
