import type { ByteSource } from "@mem/append-log";
import { blocksWith, type IndexedRun } from "./indexed-run.ts";
import type { RecordKey } from "./key-hash.ts";

/** A part of a segment, in bytes. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What a record has to match, as far as an index can tell. */
export interface Wanted {
  readonly keys: readonly RecordKey[];
  readonly status: string | undefined;
  /** In milliseconds since 1970; `since` is inclusive, `until` exclusive. */
  readonly since: number;
  readonly until: number;
}

/** The spans of a run that may hold wanted records, in order. Undefined if its keys can't be read any more. */
export async function spansIn(
  run: IndexedRun,
  wanted: Wanted,
  keys: ByteSource | undefined,
): Promise<Span[] | undefined> {
  const chosen = await blocksOf(run, wanted.keys, keys);
  if (chosen === undefined) return undefined;
  const { blocks } = run;
  const mayMatch = blockTest(run, wanted);
  const spans: { start: number; end: number }[] = [];
  for (const n of chosen) {
    // The keys also name the block that was still open, which is after everything that the index covers.
    if (n >= blocks.count || !mayMatch(n)) continue;
    const start = blocks.offset(n);
    const last = spans.at(-1);
    if (last?.end === start) last.end = blocks.end(n);
    else spans.push({ start, end: blocks.end(n) });
  }
  return spans;
}

/** The blocks that may contain all the keys, ascending. */
async function blocksOf(
  run: IndexedRun,
  keys: readonly RecordKey[],
  handle: ByteSource | undefined,
): Promise<Iterable<number> | undefined> {
  const [first, ...others] = keys;
  if (first === undefined) return run.blocks.numbers();
  let common = await blocksWith(run, first, handle);
  for (const key of others) {
    const more = await blocksWith(run, key, handle);
    if (more === undefined) return undefined;
    const found = new Set(more);
    common = common?.filter((n) => found.has(n));
  }
  if (common === undefined || run.blocks.opaque.length === 0) return common;
  return [...new Set([...common, ...run.blocks.opaque])].toSorted((a, b) => a - b);
}

function blockTest({ blocks, statuses }: IndexedRun, wanted: Wanted): (n: number) => boolean {
  const { since, until } = wanted;
  const status = wanted.status === undefined ? undefined : statuses.indexOf(wanted.status);
  return (n) =>
    blocks.isOpaque(n) ||
    ((status === undefined || (status >= 0 && blocks.statusCount(n, status) > 0)) &&
      blocks.latest(n) >= since &&
      blocks.earliest(n) < until);
}
