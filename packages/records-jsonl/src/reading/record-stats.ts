import { readLines, type FileLine } from "@mem/append-log";
import type { AgentRecordStats } from "@mem/core";
import type { AgentSegments } from "../folder/agent-segments.ts";
import { openSegment, type OpenSegment } from "../folder/open-segment.ts";
import type { RecordFile } from "../folder/record-folder.ts";
import type { Span } from "../index/block-choice.ts";
import type { Block } from "../index/block-table.ts";
import type { SegmentIndex } from "../index/segment-index.ts";
import type { SegmentIndexes } from "../index/segment-indexes.ts";
import { LOST_PART, type DamageLog } from "./damage-log.ts";
import { readRecord } from "./line-record.ts";
import type { RecordMatch } from "./record-match.ts";
import { RecordSum } from "./record-sum.ts";
import { clip, dropIndex, endOfContent, isAtPath, wantedSpans } from "./segment-spans.ts";
import { openSegmentBytes, type SegmentBytes } from "./segment-source.ts";

export interface AddingUp {
  readonly file: RecordFile;
  readonly segments: AgentSegments;
  readonly match: RecordMatch;
  readonly indexes: SegmentIndexes;
  readonly damage: DamageLog;
  readonly maxLineBytes: number;
  readonly checkpoint: () => void;
}

/** The statistics of an agent's matching records; undefined if there are none. */
export async function addUp(question: AddingUp): Promise<AgentRecordStats | undefined> {
  const { segments, file, indexes, checkpoint } = question;
  const { earlier, current } = segments;
  const sum = new RecordSum();
  const numbers = earlier.map(({ segment }) => segment);
  if (current !== undefined) numbers.push(current.segment);
  for (const segment of numbers) {
    checkpoint();
    await using open = await openSegment(file, segment, segment === current?.segment);
    if (open === undefined) continue;
    const index = await indexes.complete(file, segment, open, checkpoint);
    await addSegment(question, { segment, open, index }, sum);
  }
  return sum.stats();
}

interface IndexedSegment {
  readonly segment: number;
  readonly open: OpenSegment;
  readonly index: SegmentIndex;
}

/** Adds the sums of blocks whose records all match, and reads the lines of the others. */
async function addSegment(
  question: AddingUp,
  { segment, open, index }: IndexedSegment,
  sum: RecordSum,
): Promise<void> {
  const { match, indexes, file, maxLineBytes, damage } = question;
  const { members, agentId } = index.stored;
  const source = openSegmentBytes(open, {
    ...(members !== undefined && { members }),
    onLost: (offset) => {
      const place = { file, segment };
      damage.note({ file: open.label, offset, problem: LOST_PART, place });
    },
  });
  const end = await endOf({ segment, open, index }, source, maxLineBytes);
  const giveUp = (): void => dropIndex(indexes, file, segment, open);
  const spans = [
    ...clip(await wantedSpans(index, match.wanted, giveUp), 0, end),
    ...clip([{ start: index.end, end }], 0, end),
  ];
  let at = 0;
  const unread: Span[] = [];
  for (const run of index.runs) {
    for (let n = 0; n < run.blocks.count; n++) {
      const block = run.blocks.at(n);
      const start = block.offset;
      while (at < spans.length && (spans[at] as Span).end <= start) at += 1;
      if ((spans[at]?.start ?? Infinity) > start) continue;
      const isInside = start + block.length <= end && lies(block, match);
      if (isInside && agentId !== undefined) sum.addBlock(agentId, block, run.statuses);
      else unread.push({ start, end: Math.min(end, start + block.length) });
    }
  }
  if (index.end < end) unread.push({ start: index.end, end });
  for (const span of unread) await addLines(question, { segment, open }, source, span, sum);
}

async function endOf(
  { segment, open, index }: IndexedSegment,
  source: SegmentBytes,
  maxLineBytes: number,
): Promise<number> {
  if (!open.current) return index.end;
  const end = await source.size();
  return isAtPath(open) ? end : endOfContent(source, segment, maxLineBytes);
}

/** Whether all records of a block match. */
function lies(block: Block, { wanted }: RecordMatch): boolean {
  const { keys, status, since, until } = wanted;
  if (keys.length > 0 || status !== undefined || block.opaque) return false;
  return block.records === 0 || (block.earliest >= since && block.latest < until);
}

async function addLines(
  { match, file, maxLineBytes, damage, checkpoint }: AddingUp,
  { segment, open }: Pick<IndexedSegment, "segment" | "open">,
  source: SegmentBytes,
  span: Span,
  sum: RecordSum,
): Promise<void> {
  const { label, current } = open;
  const context = { label: file.label, current, maxLineBytes };
  function add(line: FileLine): void {
    // Somebody may still be writing a line that has no end yet.
    if (!line.terminated || (line.line && !match.mayMatch(line.line))) return;
    const decoded = readRecord(line, context);
    if (typeof decoded === "string") {
      damage.note({ file: label, offset: line.offset, problem: decoded, place: { file, segment } });
    } else if (decoded !== undefined && match.matches(decoded.record, decoded.time)) {
      sum.addRecord(decoded);
    }
  }
  for await (const lines of readLines(source, { ...span, maxLineBytes })) {
    checkpoint();
    for (const line of lines) add(line);
  }
}
