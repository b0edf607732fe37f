import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fuse, rank, type Hit } from "../src/index.ts";

const hits = fc
  .uniqueArray(fc.tuple(fc.string({ maxLength: 3 }), fc.constantFrom(0, 0.1, 0.2, 0.5, 1)), {
    selector: ([id]) => id,
    maxLength: 60,
  })
  .map((pairs): Hit[] => pairs.map(([id, keyword]) => ({ id, ...fuse({ keyword, weight: 0 }) })));

const ids = (ranked: readonly Hit[]): string[] => ranked.map(({ id }) => id);

/** The better a hit, the older it is. */
const recency = ({ score }: Hit): number => Math.max(0, Math.round(10 * (0.7 - score)) / 2);

describe("rank", () => {
  it("returns the first of all hits in order: best first, equals by id", () => {
    fc.assert(
      fc.property(hits, fc.integer({ min: 0, max: 70 }), (given, topK) => {
        const all = given
          .filter(({ score }) => score > 0)
          .toSorted((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
        expect(ids(rank(given, { topK }))).toEqual(ids(all.slice(0, topK)));
      }),
    );
  });

  it("gives the same answer whatever order the hits come in", () => {
    fc.assert(
      fc.property(hits, fc.integer({ min: 1, max: 10 }), (given, topK) => {
        expect(rank(given.toReversed(), { topK })).toEqual(rank(given, { topK }));
      }),
    );
  });

  it("returns no hit below the least score, and one that is just as good", () => {
    const given = [0.2, 0.5, 0.7].map((keyword) => ({
      id: `${keyword}`,
      ...fuse({ keyword, weight: 0 }),
    }));
    expect(ids(rank(given, { topK: 10, minScore: 0.5 }))).toEqual(["0.7", "0.5"]);
  });

  it("lets hits borrow from their neighbours unless told not to", () => {
    const given = [0.5, 0.4, 0.4].map((keyword, position) => ({
      id: `${position}`,
      sequence: { id: position === 0 ? "alone" : "talk", position },
      ...fuse({ keyword, weight: 0 }),
    }));
    expect(ids(rank(given, { topK: 10 }))).toEqual(["1", "2", "0"]);
    expect(ids(rank(given, { topK: 10, neighbours: false }))).toEqual(["0", "1", "2"]);
  });

  it("takes age from a score before it is compared, and loses no match by it", () => {
    const given = [0.5, 0.6, 0.7].map((keyword) => ({
      id: `${keyword}`,
      ...fuse({ keyword, weight: 0 }),
    }));
    expect(ids(rank(given, { topK: 10, recency }))).toEqual(["0.5", "0.6", "0.7"]);
    expect(ids(rank(given, { topK: 10, recency, minScore: 0.4 }))).toEqual(["0.5"]);
  });

  it("orders by what was borrowed beyond the best score there is", () => {
    const given = [0.3, 0.6].map((neighbours) => ({
      id: `${neighbours}`,
      score: 0.9 + neighbours,
      scores: { keyword: 0.9, vector: 0, neighbours },
    }));
    expect(ids(rank(given, { topK: 2, neighbours: false }))).toEqual(["0.6", "0.3"]);
  });

  it("keeps what else a hit carries", () => {
    const given = [{ id: "a", text: "kept", ...fuse({ keyword: 1, weight: 0 }) }];
    expect(rank(given, { topK: 1 }).map(({ text }) => text)).toEqual(["kept"]);
  });
});
