import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isMemoryError } from "@mem/core";
import { createJsonStore } from "@mem/longterm-json";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createKnowledge, ingestKnowledge } from "../src/index.ts";
import { leftovers, NOTHING_LEFT } from "./shelf-contents.ts";
import { KILLED, Turns } from "./turns.ts";
import { watched } from "./watched.ts";
import { readAll, shown, stateOf, type Answers } from "./visible-knowledge.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mem-knowledge-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** The states to which the writers bring the collection. */
const states = fc
  .array(fc.subarray(["a", "b", "c", "d"]), { minLength: 2, maxLength: 4 })
  .map((all) => all.map((ids, i) => stateOf(`state${i}`, ids)));

const fate = fc.record(
  {
    haltsAt: fc.nat({ max: 25 }),
    haltsFor: fc.nat({ max: 60 }),
    diesAt: fc.nat({ max: 30 }),
    failsAt: fc.nat({ max: 30 }),
  },
  { requiredKeys: ["haltsAt", "haltsFor"] },
);
const fates = fc.array(fate, { minLength: 3, maxLength: 3 });
const order = fc.array(fc.nat({ max: 9 }), { minLength: 20, maxLength: 200 });

describe("in whatever order the steps of writers and readers come, and wherever writers are killed", () => {
  it("every answer is of one published state, and the next ingest leaves nothing behind", async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(order, states, fates, async (drawn, wanted, lots) => {
        await using store = createJsonStore({ path: join(folder, `${run++}.json`) });
        const turns = new Turns(drawn);
        const [first = [], ...others] = wanted;
        await ingestKnowledge({ store, documents: first });

        const writers = others.map(async (documents, i) => {
          const theirs = turns.of(store, lots[i]);
          await ingestKnowledge({ store: theirs, documents }).catch((error: unknown) => {
            // It was killed, another writer was quicker, or its store failed.
            if (error !== KILLED && !isExpected(error)) throw error;
          });
        });
        const writing = watched(Promise.all(writers));
        const whole = wanted.map((documents) => shown(documents));
        const reader = async (): Promise<void> => {
          const knowledge = createKnowledge({ store: turns.of(store) });
          while (!writing.isDone) expectOneOf(whole, await readAll(knowledge));
        };
        await turns.until(Promise.all([...writers, reader()]));

        const last = wanted.at(-1) ?? [];
        await ingestKnowledge({ store, documents: last });
        await ingestKnowledge({ store, documents: last });
        expect(await leftovers(store)).toEqual(NOTHING_LEFT);
        const read = await readAll(createKnowledge({ store }));
        expect(read).toMatchObject({ found: shown(last), listed: shown(last) });
        expectOneOf([shown(last)], read);
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});

function isExpected(error: unknown): boolean {
  return isMemoryError(error, "MEM_CONFLICT") || isMemoryError(error, "MEM_UNAVAILABLE");
}

function expectOneOf(whole: readonly string[][], read: Answers): void {
  expect(whole).toContainEqual(read.found);
  expect(whole).toContainEqual(read.listed);
  expect(whole.map((titles) => titles.length)).toContain(read.count);
  const pairs = whole.map((titles) => titles.filter((title) => /^[ab] /.test(title)));
  expect(pairs).toContainEqual(read.gotten);
}
