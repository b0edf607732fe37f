import { describe, expect, it } from "vitest";
import { Search } from "../src/search/search.ts";
import { here, query, scope, write } from "./fixtures.ts";
import { analyzer, DIMENSIONS, makeTable, makeView, openDatabase, type Placed } from "./view.ts";

const ENTRIES = 3_000;
const TOPICS = "autumn market budget plan zebra winter summer spring".split(" ");

/** The same random numbers in every run (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = createRandom(7);

function some<T>(all: readonly T[], count: number): T[] {
  return Array.from({ length: count }, () => all[Math.floor(random() * all.length)] as T);
}

function direction(): Float32Array {
  return Float32Array.from({ length: DIMENSIONS }, () => random() - 0.5);
}

/** Some entries are still to be embedded. */
function place(i: number, text: string, vector: Float32Array): Placed {
  return {
    scope,
    write: write(`key-${i}`, { text }),
    version: "v",
    createdAt: 1,
    updatedAt: 1,
    vector: i % 50 === 0 ? undefined : vector,
  };
}

const collections = {
  "have nothing to do with each other": () =>
    Array.from({ length: ENTRIES }, (_, i) =>
      place(i, some(TOPICS, 1 + Math.floor(random() * 6)).join(" "), direction()),
    ),
  "say the same": () => {
    const centres = TOPICS.map(direction);
    return Array.from({ length: ENTRIES }, (_, i) => {
      const topic = i % TOPICS.length;
      const text = [TOPICS[topic], ...some(TOPICS, 3)].join(" ");
      const vector = direction().map((x, at) => x / 4 + (centres[topic]?.[at] ?? 0));
      return place(i, text, vector);
    });
  },
};

describe("a search by words and vector of which not every entry is looked at", () => {
  it.each(Object.entries(collections))(
    "finds the ten best of all where words and vectors %s",
    async (_, make) => {
      const database = await openDatabase();
      const { lancedb } = database.modules;
      const view = makeView(await makeTable(database, make()));
      const ways = [new Search(lancedb, analyzer), new Search(lancedb, analyzer, 0)] as const;
      for (let i = 0; i < 20; i++) {
        const plan = { scope: here, byKeyword: true, vector: direction(), weight: 0.5, at: 0 };
        const request = query(some(TOPICS, 2).join(" "), { topK: 10 });
        const [expected, found] = await Promise.all(
          ways.map((search) => search.hits(view, plan, request)),
        );
        const scoresOf = (hits = expected): (readonly [string, string])[] =>
          (hits ?? []).map(({ key, score }) => [key, score.toFixed(9)]);
        expect(scoresOf(found)).toEqual(scoresOf(expected));
      }
    },
  );
});
