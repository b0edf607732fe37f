import { fstatSync, lstatSync } from "node:fs";
import { scanLines } from "@mem/append-log";
import { openSegment, type OpenSegment } from "../folder/open-segment.ts";
import type { RecordFile, RecordFolder } from "../folder/record-folder.ts";
import { segmentFile } from "../folder/segment-names.ts";
import type { LineDigester } from "../line/line-digest.ts";
import { MAX_CHAINED_LINE_BYTES } from "../line/segment-sum.ts";
import { MemberTable } from "../reading/member-table.ts";
import { openSegmentBytes } from "../reading/segment-source.ts";
import { conclude } from "./agent-verdict.ts";
import type { Place } from "./findings.ts";
import { LineCheck } from "./line-check.ts";
import type { AnchoredFile, AnchoredWriter } from "./record-anchor.ts";
import type { RecordPlace, VerifiedAgent } from "./record-verification.ts";
import { SegmentState } from "./segment-state.ts";

export interface AgentCheckOptions {
  readonly folder: RecordFolder;
  readonly file: RecordFile;
  readonly digester: LineDigester;
  readonly anchor: AnchoredFile | undefined;
  /** Whether lines without a chain may be those of an earlier release. */
  readonly hadEarlierFormat: boolean;
  /** Called after each piece; throws if nobody waits for the check any more. */
  readonly checkpoint: (lines: number, bytes: number) => void;
}

export interface AgentCheck {
  readonly agent: VerifiedAgent;
  /** Undefined if there is no file. */
  readonly anchor: AnchoredFile | undefined;
}

interface Part {
  readonly number: number;
  readonly current: boolean;
  /** The size of the current file when the check began; what comes after it was appended since. */
  readonly size: number | undefined;
}

/** Checks all files of an agent, oldest first. */
export async function checkAgent(options: AgentCheckOptions): Promise<AgentCheck> {
  const { folder, file, digester, anchor, hadEarlierFormat } = options;
  const found = await folder.segmentsOf(file);
  const parts: Part[] = found.earlier.map(({ segment }) => ({
    number: segment,
    current: false,
    size: undefined,
  }));
  if (found.current !== undefined) {
    parts.push({ number: found.current.segment, current: true, size: found.current.size });
  }
  const check = new LineCheck(file, digester, anchor);
  check.chains.mayBeginLater = (parts[0]?.number ?? 1) > 1;
  const segments: SegmentState[] = [];
  for (const part of parts) {
    const state = await checkSegment(options, part, check, segments.at(-1));
    if (state !== undefined) segments.push(state);
  }
  const last = segments.at(-1);
  if (last !== undefined && !last.current) {
    const message = `${file.label} is missing, which follows segment ${last.number}`;
    check.findings.add({ kind: "segment", place: last.end(check.held), message });
  }
  const hasKey = digester.field === "hmac";
  const notes = conclude(check, segments, { anchor, hasKey, hadEarlierFormat });
  return { agent: reportOf(file, check, segments, notes), anchor: anchorOf(check, last) };
}

async function checkSegment(
  { file, digester, checkpoint }: AgentCheckOptions,
  { number, current, size }: Part,
  check: LineCheck,
  before: SegmentState | undefined,
): Promise<SegmentState | undefined> {
  await using open = await openSegment(file, number, current);
  if (open === undefined) return undefined;
  const state = new SegmentState(number, open, current, digester);
  if (before !== undefined && before.number + 1 < number) {
    // Missing segments are reported once, not once for each chain.
    check.broken.addTold({ ...state.begin(check.held), line: 0 }, Infinity);
  }
  if (current && isTaken(file, number, open)) {
    const message = `${file.label} says that it is segment ${number}, and another file has that name`;
    check.findings.add({ kind: "segment", place: state.begin(check.held), message });
  }
  const members = new MemberTable();
  const source = openSegmentBytes(open, { members });
  let lostEnd = 0;
  const tellLost = (place: Place): void => {
    const message = `from line ${place.line} on, a part of this compressed file can't be unpacked`;
    check.findings.add({ kind: "changed", place, message });
    check.broken.addTold(place, Infinity);
  };
  let reported = 0;
  const rest = await scanLines(
    source,
    (bytes, start, end, offset, length) => {
      if (open.compressed && length > 0 && bytes?.[start] === 0x20 && offset >= lostEnd) {
        const member = members.find(offset);
        if (member?.lost === true && member.start === offset) {
          lostEnd = member.end;
          tellLost({ segment: state, line: state.line + 1, offset, held: check.held });
        }
      }
      check.line(state, bytes, start, end, offset);
      state.bytes = offset + length + 1;
      if ((state.line & 1023) === 0) {
        checkpoint(state.line - reported, state.bytes);
        reported = state.line;
      }
    },
    {
      end: size ?? (open.compressed ? Infinity : fstatSync(open.handle.fd).size),
      maxLineBytes: MAX_CHAINED_LINE_BYTES,
    },
  );
  if (rest !== undefined && rest.length > 0) {
    const { segment } = { segment: state };
    state.line += 1;
    if (state.seal === undefined) {
      check.broken.add(
        { segment, line: state.line, offset: rest.offset, held: check.held },
        "torn",
      );
    }
    state.bytes = rest.offset + rest.length;
  }
  if (open.compressed && members.places.some(({ lost, start, end }) => lost && start === end)) {
    tellLost(state.end(check.held));
  }
  if (number > 1 && state.line === 0) {
    const message = `${open.label} is empty`;
    check.findings.add({ kind: "cut", place: state.begin(check.held), message });
  }
  check.settle();
  checkpoint(state.line - reported, state.bytes);
  return state;
}

/** Whether a file other than this one has the segment's name. In the middle of a rotation, this one has both names. */
function isTaken(file: RecordFile, number: number, { handle }: OpenSegment): boolean {
  const { ino, dev } = fstatSync(handle.fd);
  return [true, false].some((compressed) => {
    const { path } = segmentFile(file, number, compressed);
    const other = lstatSync(path, { throwIfNoEntry: false });
    return other !== undefined && (other.ino !== ino || other.dev !== dev);
  });
}

function anchorOf(check: LineCheck, last: SegmentState | undefined): AnchoredFile | undefined {
  if (last === undefined) return undefined;
  const writers: Record<string, AnchoredWriter> = {};
  for (const [writer, { sequence, digest, place }] of check.chains.all) {
    if (place === undefined) continue;
    writers[writer] = { sequence, digest, segment: place.segment.number };
  }
  return { segment: last.number, lines: last.lines, digests: last.values().plain, writers };
}

function reportOf(
  file: RecordFile,
  check: LineCheck,
  segments: readonly SegmentState[],
  notes: readonly string[],
): VerifiedAgent {
  const { findings, held, records, erased } = check;
  const first = findings.first()?.place;
  return {
    file: file.label,
    ...check.ownership.owner,
    ok: findings.count === 0,
    segments: segments.length,
    lines: segments.reduce((sum, { lines }) => sum + lines, 0),
    records: records + check.unchained,
    erased,
    bytes: segments.reduce((sum, { bytes }) => sum + bytes, 0),
    problems: findings.problems(),
    problemCount: findings.count,
    trusted: {
      ...(first !== undefined && { until: placeOf(first) }),
      linesAfter: first === undefined ? 0 : Math.max(0, held - first.held),
    },
    notes,
  };
}

function placeOf({ segment, line, offset }: Place): RecordPlace {
  return { file: segment.label, segment: segment.number, line, offset };
}
