import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import { blankLines, scanLines, syncDirectory } from "@mem/append-log";
import type { RecordFile } from "../folder/record-folder.ts";
import { segmentFile } from "../folder/segment-names.ts";
import { readChainTail } from "../line/chain-tail.ts";
import type { LineDigester } from "../line/line-digest.ts";
import { kindOfLine } from "../line/line-kind.ts";
import { MAX_CHAINED_LINE_BYTES, SegmentSum } from "../line/segment-sum.ts";
import type { MemberTable } from "../reading/member-table.ts";
import { writeCompressed } from "./compression.ts";
import type { ControlWriter } from "./control-writer.ts";
import { putInPlace } from "./put-in-place.ts";
import { sealSegment } from "./rotation.ts";

export interface ClosingOptions {
  readonly digester: LineDigester;
  readonly controls: ControlWriter;
  readonly compress: boolean;
  /** Called with everything that is compressed, piece by piece. */
  readonly onContent: (chunk: Buffer) => void;
  /** Fires when nobody waits for the work any more; what is unfinished then is finished another time. */
  readonly signal: AbortSignal;
}

interface Place {
  readonly offset: number;
  readonly length: number;
  readonly terminated: boolean;
}

/**
 * Finishes a rotated segment: seals it, blanks out its torn lines, writes its `closed` line to the current file and
 * compresses it. If the process is killed on the way, the next call continues. Resolves with where the members of the
 * compressed file are; undefined if it was not compressed.
 */
export async function closeSegment(
  file: RecordFile,
  segment: number,
  wasClosed: boolean,
  { digester, controls, compress, onContent, signal }: ClosingOptions,
): Promise<MemberTable | undefined> {
  const { path } = segmentFile(file, segment, false);
  const seal = await sealSegment(file, segment, controls.timestamp(), digester);
  if (seal === undefined) return undefined;
  if (!wasClosed) {
    const sum = new SegmentSum(digester);
    const torn = await survey(path, seal.offset, sum, signal);
    if (torn.length > 0) await blankLines(path, torn);
    await controls.append(file, sum.closed(segment, controls.timestamp()));
  }
  if (!compress) return undefined;
  // What comes after the seal is void.
  const content = contentOf(path, seal.offset + seal.length + 1, onContent, signal);
  const members = await putInPlace(segmentFile(file, segment, true).path, (handle) =>
    writeCompressed(handle, content),
  );
  // On disk only with the next sync of the folder: until then, the file may come back, and is then removed again.
  await rm(path, { force: true });
  return members;
}

/** Removes the plain file of a segment whose compressed form is in place, and syncs the folder. */
export async function removePlain(file: RecordFile, segment: number): Promise<void> {
  await rm(segmentFile(file, segment, false).path, { force: true });
  await syncDirectory(file.folder);
}

/** Adds the chained lines to the sum, and finds the torn lines. */
async function survey(
  path: string,
  end: number,
  sum: SegmentSum,
  signal: AbortSignal,
): Promise<Place[]> {
  const torn: Place[] = [];
  const options = { end, maxLineBytes: MAX_CHAINED_LINE_BYTES };
  await scanLines(
    path,
    (bytes, start, stop, offset, length) => {
      signal.throwIfAborted();
      if (bytes === undefined) return;
      const tail = readChainTail(bytes, start, stop);
      if (tail !== undefined) sum.add(tail.digest);
      else if (kindOfLine(bytes, start, stop) === "torn") {
        torn.push({ offset, length, terminated: true });
      }
    },
    options,
  );
  return torn;
}

async function* contentOf(
  path: string,
  end: number,
  onContent: (chunk: Buffer) => void,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  const stream = createReadStream(path, { end: end - 1, highWaterMark: 2 ** 18 });
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    signal.throwIfAborted();
    onContent(chunk);
    yield chunk;
  }
}
