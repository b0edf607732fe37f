import { open, type FileHandle } from "node:fs/promises";

import { decodeFrame } from "./frame.ts";
import { systemCode, systemError } from "./log-error.ts";
import { parsePosition } from "./position.ts";
import { segmentPath } from "./segment.ts";

const FIRST_READ_BYTES = 2 ** 14;
const NEWLINE = 10;

/**
 * Reads payloads of a log again by the positions that `onFrame` received, in any order: for callers
 * that keep positions in memory instead of payloads. Undefined for a frame that was dropped or is no
 * longer what was written.
 */
export async function readPayloads(
  directory: string,
  positions: readonly string[],
): Promise<(string | undefined)[]> {
  const payloads: (string | undefined)[] = Array.from({ length: positions.length });
  const bySegment = Map.groupBy(positions.entries(), ([, at]) => parsePosition(at).segment);
  for (const [segment, places] of bySegment) {
    const path = segmentPath(directory, segment);
    try {
      await using file = await open(path, "r");
      for (const [i, position] of places) {
        payloads[i] = await readPayload(file, parsePosition(position).offset);
      }
    } catch (cause) {
      if (systemCode(cause) !== "ENOENT") throw systemError(cause, `read ${path}`);
    }
  }
  return payloads;
}

async function readPayload(file: FileHandle, offset: number): Promise<string | undefined> {
  for (let length = FIRST_READ_BYTES; ; length *= 4) {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, offset);
    const bytes = buffer.subarray(0, bytesRead);
    const end = bytes.indexOf(NEWLINE);
    if (end >= 0) {
      const frame = decodeFrame(bytes, 0, end);
      return frame?.kind === "data" ? frame.payload : undefined;
    }
    // Behind the end of the file, or the file was cut short.
    if (bytesRead < length) return undefined;
  }
}
