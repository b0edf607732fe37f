import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { fuse } from "../src/index.ts";

const share = fc.double({ min: 0, max: 1, noNaN: true });
const angle = fc.double({ min: -1, max: 1, noNaN: true });

describe("fuse", () => {
  it("weighs the cosine against the keyword score", () => {
    expect(fuse({ keyword: 0.5, cosine: 0.8, weight: 0.25 })).toEqual({
      score: 0.375 + 0.2,
      scores: { keyword: 0.375, vector: 0.2, neighbours: 0 },
    });
  });

  it("gives parts from 0 to 1 that add up to a score from 0 to 1", () => {
    fc.assert(
      fc.property(share, angle, share, (keyword, cosine, weight) => {
        const { score, scores } = fuse({ keyword, cosine, weight });
        expect(scores.keyword + scores.vector + scores.neighbours).toBe(score);
        expect(Math.min(scores.keyword, scores.vector)).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1 + Number.EPSILON);
      }),
    );
  });

  it("is the keyword score at weight 0 and the cosine, not below 0, at weight 1", () => {
    fc.assert(
      fc.property(share, angle, (keyword, cosine) => {
        expect(fuse({ keyword, cosine, weight: 0 }).score).toBe(keyword);
        expect(fuse({ keyword, cosine, weight: 1 }).score).toBe(Math.max(0, cosine));
      }),
    );
  });

  it("never falls when a part rises", () => {
    fc.assert(
      fc.property(share, share, angle, share, (one, other, cosine, weight) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        expect(fuse({ keyword: high, cosine, weight }).score).toBeGreaterThanOrEqual(
          fuse({ keyword: low, cosine, weight }).score,
        );
        expect(fuse({ keyword: cosine, cosine: high, weight }).score).toBeGreaterThanOrEqual(
          fuse({ keyword: cosine, cosine: low, weight }).score,
        );
      }),
    );
  });

  it("leaves the score to what is known", () => {
    expect(fuse({ keyword: 0.5, weight: 0.9 }).score).toBe(0.5);
    expect(fuse({ cosine: 0.5, weight: 0.1 }).score).toBe(0.5);
    expect(fuse({ weight: 0.5 }).score).toBe(0);
  });

  test.each([-0.1, 1.1, Number.NaN])("refuses a weight of %d", (weight) => {
    expect(() => fuse({ keyword: 1, cosine: 1, weight })).toThrow(RangeError);
  });
});
