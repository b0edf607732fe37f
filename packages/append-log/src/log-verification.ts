import { decodeFrame, HEADER_BYTES } from "./frame.ts";
import { readLines } from "./line-reader.ts";
import { LogError, systemCode } from "./log-error.ts";
import { requireFormat, type Damage } from "./log-follower.ts";
import { listSegments, segmentPath, type SegmentInfo } from "./segment.ts";

export interface VerifyOptions {
  /** Maximum size of one payload, in bytes, as the log was opened with. Default 16 MiB. */
  maxPayloadBytes?: number;
}

/** The result of verifying a log. */
export interface LogVerification {
  readonly segments: number;
  /** Frames that count: those that `onFrame` receives when the log is opened. */
  readonly frames: number;
  /** Everything that is not as it was written, in the order of the log. */
  readonly damages: readonly Damage[];
}

/** What one segment holds up to its end mark. */
interface SegmentContent {
  bytes: number;
  frames: number;
  sealed: boolean;
  damages: Damage[];
}

/**
 * Reads a log from its oldest frame to its end at the time of the call, and checks all of it.
 * Changes nothing and takes no lock: other processes may append, seal and drop segments meanwhile.
 * An unfinished line at the very end is no damage, because somebody may be writing it. Rejects if a
 * file cannot be read, and with `LOG_FORMAT` for a log of a newer version.
 */
export async function verifyLog(
  directory: string,
  { maxPayloadBytes = 16 * 2 ** 20 }: VerifyOptions = {},
): Promise<LogVerification> {
  const listed = await listSegments(directory);
  // Empty ones before others were left by processes that slept too long: they don't count.
  const present = listed.filter(({ bytes }, index) => bytes > 0 || index === listed.length - 1);
  const damages: Damage[] = [];
  let segments = 0;
  let frames = 0;
  for (const [index, info] of present.entries()) {
    const next = present[index + 1]?.segment;
    const content = await readSegment(directory, info, maxPayloadBytes + HEADER_BYTES);
    const { segment } = info;
    // Dropped since, with all before it.
    if (content === undefined || (content.bytes === 0 && next !== undefined)) continue;
    segments += 1;
    frames += content.frames;
    damages.push(...content.damages);
    if (next !== undefined && !content.sealed) {
      damages.push({ segment, offset: content.bytes, bytes: 0, reason: "no-seal" });
    }
    if (next !== undefined && next > segment + 1) {
      damages.push({ segment: segment + 1, offset: 0, bytes: 0, reason: "missing" });
    }
  }
  return { segments, frames, damages };
}

/** Undefined if the segment is gone. */
async function readSegment(
  directory: string,
  { segment, bytes: end }: SegmentInfo,
  maxLineBytes: number,
): Promise<SegmentContent | undefined> {
  const content: SegmentContent = { bytes: 0, frames: 0, sealed: false, damages: [] };
  try {
    for await (const lines of readLines(segmentPath(directory, segment), { end, maxLineBytes })) {
      for (const { line, offset, length, terminated } of lines) {
        if (!terminated) return content;
        content.bytes = offset + length + 1;
        if (length === 0) continue;
        const frame = line && decodeFrame(line);
        if (frame === undefined) {
          const reason = line === undefined ? "too-long" : "torn-or-changed";
          content.damages.push({ segment, offset, bytes: length, reason });
        } else if (frame.kind === "seal") {
          content.sealed = true;
          return content;
        } else if (frame.kind === "head") {
          requireFormat(frame, segment);
        } else {
          content.frames += 1;
        }
      }
    }
  } catch (error) {
    if (error instanceof LogError && systemCode(error.cause) === "ENOENT") return undefined;
    throw error;
  }
  return content;
}
