import { statSync } from "node:fs";
import { lookAtFile } from "./open-segment.ts";
import type { RecordFile } from "./record-folder.ts";
import { segmentFile, type SegmentFile, type SegmentName } from "./segment-names.ts";

/** The current file of an agent at one moment. */
export interface CurrentSegment {
  readonly segment: number;
  /** Whether its first line states that number. */
  readonly stated: boolean;
  readonly dev: number;
  readonly ino: number;
  /** In bytes. */
  readonly size: number;
}

/** All segments of an agent at one moment. */
export interface AgentSegments {
  /** Those before the current one, oldest first. */
  readonly earlier: readonly SegmentFile[];
  /** Undefined if nobody has appended yet, or if somebody removed the file. */
  readonly current: CurrentSegment | undefined;
}

/**
 * Looks up an agent's segments; `list` returns the names of the earlier ones. Looks at the current file first: every
 * segment before it got its name before that file was put in place, so none is missed or seen twice during a rotation.
 */
export async function findSegments(
  file: RecordFile,
  list: () => Promise<readonly SegmentName[]>,
): Promise<AgentSegments> {
  const found = lookAtFile(file.path);
  const named = await list();
  const files = named.map(({ segment, compressed }) => segmentFile(file, segment, compressed));
  if (found === undefined) return { earlier: files, current: undefined };
  const { stated, ...identity } = found;
  const segment = stated ?? unstatedSegment(files, identity);
  return {
    earlier: files.filter((each) => each.segment < segment),
    current: { ...identity, segment, stated: stated !== undefined },
  };
}

/** A file that states no number is the first one, or was created anew after somebody removed the current one. */
function unstatedSegment(
  files: readonly SegmentFile[],
  { dev, ino }: { readonly dev: number; readonly ino: number },
): number {
  const last = files.at(-1);
  if (last === undefined) return 1;
  const stats = statSync(last.path, { throwIfNoEntry: false });
  const isSame = stats?.ino === ino && stats.dev === dev;
  return isSame ? last.segment : last.segment + 1;
}
