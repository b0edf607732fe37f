import { fstatSync } from "node:fs";
import { scanLines } from "@mem/append-log";
import { openSegment } from "../folder/open-segment.ts";
import type { RecordFile } from "../folder/record-folder.ts";
import { readChainTail } from "../line/chain-tail.ts";
import { sealedSegment } from "../line/control-line.ts";
import { kindOfLine } from "../line/line-kind.ts";
import { MAX_CHAINED_LINE_BYTES } from "../line/segment-sum.ts";
import { openSegmentBytes } from "../reading/segment-source.ts";
import type { ErasureMatcher } from "./erasure-matcher.ts";

/** A line to erase. */
export interface FoundLine {
  readonly offset: number;
  readonly id: string | undefined;
  readonly chain: { readonly writer: string; readonly sequence: number } | undefined;
}

/** What has to be erased from one segment. */
export interface SegmentSurvey {
  readonly lines: readonly FoundLine[];
  /** Where torn, foreign and overlong lines begin: they may hold a part of what is to be erased. */
  readonly torn: readonly number[];
  /** Where the seal ends; what comes after it is void and is removed. */
  readonly sealEnd: number | undefined;
  /** Whether nothing has to be erased from it. */
  readonly isClean: boolean;
}

/** Finds what has to be erased from one segment. */
export async function surveySegment(
  file: RecordFile,
  segment: number,
  isCurrent: boolean,
  matcher: ErasureMatcher,
  checkpoint: () => void,
): Promise<SegmentSurvey> {
  const lines: FoundLine[] = [];
  const torn: number[] = [];
  let sealEnd: number | undefined;
  let isVoid = false;
  await using open = await openSegment(file, segment, isCurrent);
  if (open === undefined) return { lines, torn, sealEnd, isClean: true };
  const rest = await scanLines(
    openSegmentBytes(open),
    (bytes, start, end, offset, length) => {
      checkpoint();
      if (sealEnd !== undefined) {
        isVoid = true;
        return;
      }
      if (bytes === undefined) {
        torn.push(offset);
        return;
      }
      const kind = kindOfLine(bytes, start, end);
      if (kind === "record") {
        const line = bytes.subarray(start, end);
        const found = matcher.match(line);
        if (found === undefined) return;
        const chain = readChainTail(line);
        lines.push({ offset, id: found.id, chain });
      } else if (kind === "torn" || kind === "foreign") torn.push(offset);
      else if (!open.current && kind === "sealed" && sealedSegment(bytes, start, end) === segment) {
        sealEnd = offset + length + 1;
      }
    },
    {
      end: open.compressed ? Infinity : fstatSync(open.handle.fd).size,
      maxLineBytes: MAX_CHAINED_LINE_BYTES,
    },
  );
  if (rest !== undefined && sealEnd !== undefined) isVoid = true;
  if (rest !== undefined && sealEnd === undefined && !isBeingWritten(open)) torn.push(rest.offset);
  const isClean = lines.length === 0 && torn.length === 0 && !isVoid;
  return { lines, torn, sealEnd, isClean };
}

/** An unterminated end in a file that nobody has touched for this long, in milliseconds, is torn, not being written. */
const SETTLED_MS = 1000;

function isBeingWritten({
  current,
  handle,
}: {
  current: boolean;
  handle: { fd: number };
}): boolean {
  return current && fstatSync(handle.fd).mtimeMs > Date.now() - SETTLED_MS;
}
