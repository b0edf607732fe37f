import type { FileLine } from "@mem/append-log";
import { expect, it } from "vitest";
import { IndexBuilder, type Coverage } from "../src/index/index-builder.ts";
import { hashKey } from "../src/index/key-hash.ts";
import { blocksIn, bucketOf, MAX_BLOCKS } from "../src/index/key-table.ts";
import { record } from "./fixtures/records.ts";

/** A line long enough to be a block by itself, as far as the index can tell. */
const LENGTH = 2 ** 16 - 1;
const context = { label: "strategy.jsonl", current: true, maxLineBytes: 2 ** 20, segment: 1 };

function lineAt(n: number): FileLine {
  const line = Buffer.from(JSON.stringify(record(n)));
  return { line, offset: n * (LENGTH + 1), length: LENGTH, terminated: true };
}

/** The blocks that may have a record of this id, counted over all runs. */
function blocksOf({ runs }: Coverage, id: string): number[] {
  const hash = hashKey({ kind: "id", value: id });
  const bucket = bucketOf(hash);
  return runs.flatMap(({ entries, starts }, run) => {
    const own = entries.subarray(starts[bucket], starts[bucket + 1]);
    return [...blocksIn(own, hash)].map((block) => run * MAX_BLOCKS + block);
  });
}

it.each([MAX_BLOCKS - 1, MAX_BLOCKS, MAX_BLOCKS + 1])(
  "an index that was continued after %i blocks finds every record in its block",
  (before) => {
    const count = MAX_BLOCKS + 20;
    const first = new IndexBuilder(context);
    // The last block is still growing, and is no part of the index.
    for (let n = 0; n <= before; n++) first.add(lineAt(n));
    const coverage = first.finish();
    expect(coverage.end).toBe(before * (LENGTH + 1));

    const second = new IndexBuilder(context, coverage);
    for (let n = before; n <= count; n++) second.add(lineAt(n));
    const whole = second.finish();
    expect(whole.runs.map(({ blocks }) => blocks.count)).toEqual([MAX_BLOCKS, count - MAX_BLOCKS]);
    for (let n = 0; n < count; n++) expect(blocksOf(whole, record(n).id)).toContain(n);
  },
);
