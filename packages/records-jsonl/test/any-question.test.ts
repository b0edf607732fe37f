import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { ExecutionRecord } from "@mem/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { indexPath } from "../src/folder/segment-names.ts";
import { record } from "./fixtures/records.ts";
import {
  askAll,
  linesOf,
  openReader,
  writeCurrent,
  writeEarlier,
  type Form,
  type Question,
} from "./fixtures/segment-files.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";

const WORKFLOWS = ["spring", "summer/2026", "a\u0001b", 'say "hi"'];
const STATUSES = ["started", "success", "error"];

const records = fc.array(
  fc.record({
    workflow: fc.option(fc.constantFrom(...WORKFLOWS), { nil: undefined }),
    subject: fc.option(fc.constantFrom("ada", "grace"), { nil: undefined, freq: 1 }),
    status: fc.constantFrom(...STATUSES),
    wait: fc.integer({ min: -3, max: 9 }),
    bytes: fc.oneof(fc.constant(10), fc.constant(3000), fc.constant(40_000), fc.constant(70_000)),
    durationMs: fc.option(fc.nat(50), { nil: undefined }),
  }),
  { minLength: 20, maxLength: 90 },
);
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 });
const forms = fc.array(fc.constantFrom<Form>("plain", "compressed"), {
  minLength: 4,
  maxLength: 4,
});
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined, freq: 2 });
const time = fc.integer({ min: -10, max: 300 }).map((ms) => record(ms).timestamp);
const questions = fc.array(
  fc.record({
    id: fc.option(
      fc.nat(90).map((n) => `record-${n}`),
      { nil: undefined, freq: 1 },
    ),
    workflowId: maybe(fc.constantFrom(...WORKFLOWS, "autumn")),
    status: maybe(fc.constantFrom(...STATUSES, "odd")),
    since: maybe(time),
    until: maybe(time),
    order: fc.constantFrom("oldest" as const, "newest" as const),
    limit: fc.constantFrom(1, 7, 1000),
  }),
  { minLength: 6, maxLength: 6 },
);

function meant(each: ExecutionRecord, question: Question): boolean {
  const { id, workflowId, status, since, until } = question;
  return (
    (id === undefined || each.id === id) &&
    (workflowId === undefined || each.workflowId === workflowId) &&
    (status === undefined || each.status === status) &&
    (since === undefined || Date.parse(each.timestamp) >= Date.parse(since)) &&
    (until === undefined || Date.parse(each.timestamp) < Date.parse(until))
  );
}

describe("any question about any segments", () => {
  it("is answered by a look at each record, whether there are indexes or not", async () => {
    const sample = fc.tuple(records, cuts, forms, questions);
    await fc.assert(
      fc.asyncProperty(sample, async ([drawn, places, kinds, asked]) => {
        await using folder = await temporaryFolder();
        const { dir } = folder;
        let now = 0;
        const sent = drawn.map(({ workflow, wait, bytes, ...rest }, n) => {
          now += wait;
          const fields = Object.entries({ ...rest, workflowId: workflow });
          const given = fields.filter(([, value]) => value !== undefined);
          return record(now, {
            ...Object.fromEntries(given),
            id: `record-${n}`,
            input: "é".repeat(bytes / 2),
          });
        });
        const ends = [0, ...places.map((place) => Math.floor(place * sent.length)), sent.length];
        const bounds = ends.toSorted((a, b) => a - b);
        const last = bounds.length - 2;
        for (let n = 0; n < last; n++) {
          const part = linesOf(sent.slice(bounds[n], bounds[n + 1]));
          await writeEarlier(dir, n + 1, part, kinds[n]);
        }
        await writeCurrent(dir, last + 1, linesOf(sent.slice(bounds[last])));

        const plain = openReader(dir);
        const indexed = openReader(dir);
        const file = indexed.folder.fileOf("default", "strategy");
        const { earlier } = await indexed.folder.segmentsOf(file);
        for (const segment of earlier) await indexed.indexes.build(file, segment);
        await indexed.reader.stats("default", {}, () => {});
        for (const question of asked) {
          const given = Object.entries(question).filter(([, value]) => value !== undefined);
          const view = Object.fromEntries(given) as Question;
          const expected = sent.filter((each) => meant(each, view));
          if (view.order === "newest") expected.reverse();
          expect(await askAll(indexed.reader, view)).toStrictEqual(expected);
          await rm(join(dir, ".index"), { recursive: true, force: true });
          expect(await askAll(plain.reader, view)).toStrictEqual(expected);
          for (const segment of earlier) await indexed.indexes.build(file, segment);
        }
        const { id: _, order: __, limit: ___, status: ____, ...counted } = asked[0] as Question;
        const total = sent.filter((each) => meant(each, counted));
        const [stats] = await indexed.reader.stats("default", counted, () => {});
        expect(stats?.records ?? 0).toBe(total.length);
        expect(await openReader(dir).reader.stats("default", counted, () => {})).toEqual(
          stats === undefined ? [] : [stats],
        );
        expect((await indexed.reader.damage()).messages).toEqual([]);
        expect(indexPath(file, 1)).toContain(".index");
      }),
      { numRuns: 25 },
    );
  }, 60_000);
});
