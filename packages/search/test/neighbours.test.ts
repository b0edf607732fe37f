import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { borrowFromNeighbours, fuse, type Hit } from "../src/index.ts";

function hit(id: string, keyword: number, sequence?: string, position = 0): Hit {
  const place = sequence === undefined ? {} : { sequence: { id: sequence, position } };
  return { id, ...place, ...fuse({ keyword, weight: 0 }) };
}

/** A conversation: one entry for each score. */
const talk = (scores: readonly number[], sequence = "talk"): Hit[] =>
  scores.map((score, position) => hit(`${sequence}${position}`, score, sequence, position));

const borrowed = (hits: readonly Hit[]): number[] =>
  borrowFromNeighbours(hits).map(({ scores }) => scores.neighbours);

const score = fc.constantFrom(0, 0, 0, 0.1, 0.2, 0.3, 0.4, 0.5, 1);
const talks = fc.array(fc.array(score, { maxLength: 12 }), { maxLength: 4 });

describe("borrowFromNeighbours", () => {
  it("lends half to the next, a quarter to the next but one, a quarter of the best to all", () => {
    expect(borrowed(talk([0, 0, 0, 0.8, 0, 0, 0.1]))).toEqual([
      0,
      0.25 * 0.8 + 0.25 * 0.8,
      0.5 * 0.8 + 0.25 * 0.8,
      0.25 * 0.8,
      0.5 * 0.8 + 0.25 * 0.1 + 0.25 * 0.8,
      0.5 * 0.1 + 0.25 * 0.8 + 0.25 * 0.8,
      0.25 * 0.8,
    ]);
  });

  it("takes the better of two neighbours, not both", () => {
    expect(borrowed(talk([0.4, 0, 0.2]))[1]).toBe(0.5 * 0.4 + 0.25 * 0.4);
  });

  it("gives nothing to entries around which nothing matches", () => {
    expect(borrowed(talk([0.8, 0, 0, 0]))[3]).toBe(0);
  });

  it("stays within a sequence", () => {
    const hits = [hit("a", 0.8, "one", 1), hit("b", 0.4, "two", 2), hit("c", 0.4)];
    expect(borrowed(hits)).toEqual([0.25 * 0.8, 0.25 * 0.4, 0]);
  });

  it("takes the best of entries that share a position", () => {
    const hits = [hit("a", 0.2, "s", 1), hit("b", 0.6, "s", 1), hit("c", 0.1, "s", 2)];
    expect(borrowed(hits)[2]).toBe(0.5 * 0.6 + 0.25 * 0.6);
  });

  it("raises each score by what it shows as borrowed, and leaves what it was given alone", () => {
    fc.assert(
      fc.property(talks, (scores) => {
        const hits = scores.flatMap((each, at) => talk(each, `talk${at}`));
        const before = structuredClone(hits);
        const after = borrowFromNeighbours(hits);
        expect(hits).toEqual(before);
        for (const [at, { score: total, scores: parts }] of after.entries()) {
          expect(parts.keyword + parts.vector + parts.neighbours).toBe(total);
          expect(parts.neighbours).toBeGreaterThanOrEqual(0);
          expect(total).toBeGreaterThanOrEqual(hits[at]?.score ?? 0);
        }
      }),
    );
  });

  it("does not mind the order of the hits", () => {
    fc.assert(
      fc.property(talks, (scores) => {
        const hits = scores.flatMap((each, at) => talk(each, `talk${at}`));
        const back = borrowFromNeighbours(hits.toReversed()).toReversed();
        expect(back).toEqual(borrowFromNeighbours(hits));
      }),
    );
  });
});
