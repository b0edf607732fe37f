import { readLines, scanLines } from "@mem/append-log";
import { openSegment } from "../folder/open-segment.ts";
import type { RecordFolder } from "../folder/record-folder.ts";
import type { Slots } from "../folder/slots.ts";
import type { SegmentIndexes } from "../index/segment-indexes.ts";
import { LOST_PART, type Damage, type DamageNow } from "./damage-log.ts";
import { readRecord, type LineContext } from "./line-record.ts";
import { openSegmentBytes, type SegmentBytes } from "./segment-source.ts";

export interface DamageChecking {
  readonly folder: RecordFolder;
  readonly indexes: SegmentIndexes;
  readonly slots: Slots;
  readonly maxLineBytes: number;
}

/** Looks at damage again; undefined if there is none any more: somebody may have repaired the file. */
export async function checkDamage(
  damage: Damage,
  { folder, indexes, slots, maxLineBytes }: DamageChecking,
): Promise<DamageNow | undefined> {
  const { file: label, place, offset, problem } = damage;
  if (place === undefined || offset === undefined) {
    return folder.isIrregular(label) ? { file: label, problem } : undefined;
  }
  const { file, segment } = place;
  await slots.acquire();
  try {
    const { current } = await folder.segmentsOf(file);
    await using open = await openSegment(file, segment, current?.segment === segment);
    if (open === undefined) return undefined;
    const index = await indexes.known(file, segment, open);
    let isLost = false;
    const source = openSegmentBytes(open, {
      ...(index?.members !== undefined && { members: index.members }),
      onLost: (lost) => (isLost ||= lost === offset),
    });
    const line = await lineNumber(source, offset, index?.lineBefore(offset));
    if (line === undefined) return undefined;
    const context = { label: file.label, current: open.current, maxLineBytes };
    const wrong = await problemAt(source, offset, context);
    const found = isLost ? LOST_PART : wrong;
    return found === undefined ? undefined : { file: open.label, line, offset, problem: found };
  } catch {
    // A report of damage must not fail because of damage.
    return { file: label, offset, problem };
  } finally {
    slots.release();
  }
}

/** The number of the line that begins at an offset, from 1; undefined if none does. */
async function lineNumber(
  source: SegmentBytes,
  offset: number,
  before = { line: 1, offset: 0 },
): Promise<number | undefined> {
  let { line } = before;
  let end = before.offset;
  await scanLines(
    source,
    (_bytes, _start, _end, start, length) => {
      line += 1;
      end = start + length + 1;
    },
    // Only the ends of lines matter here: their bytes are not needed.
    { start: before.offset, end: offset, maxLineBytes: 0 },
  );
  return end === offset ? line : undefined;
}

async function problemAt(
  source: SegmentBytes,
  offset: number,
  context: LineContext,
): Promise<string | undefined> {
  const { maxLineBytes } = context;
  for await (const [line] of readLines(source, { start: offset, maxLineBytes })) {
    const found = line && readRecord(line, context);
    return typeof found === "string" ? found : undefined;
  }
  return undefined;
}
