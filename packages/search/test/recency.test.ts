import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { finalScore, recencyFactor } from "../src/index.ts";

const share = fc.double({ min: 0, max: 1, noNaN: true });
const DAY = 86_400;

describe("recencyFactor", () => {
  it("takes half of the weight after the half-life, and all of it in the end", () => {
    const recency = { halfLife: DAY, weight: 0.3 };
    expect(recencyFactor(recency, 0)).toBe(1);
    expect(recencyFactor(recency, DAY * 1000)).toBeCloseTo(0.85, 12);
    expect(recencyFactor(recency, 2 * DAY * 1000)).toBeCloseTo(0.775, 12);
    expect(recencyFactor(recency, Number.MAX_VALUE)).toBeCloseTo(0.7, 12);
    expect(recencyFactor(recency, -5)).toBe(1);
  });
});

describe("finalScore", () => {
  it("adds up its parts, from 0 to 1, whatever was borrowed and however old it is", () => {
    fc.assert(
      fc.property(share, share, share, share, share, (keyword, rest, neighbours, weight, age) => {
        const parts = { keyword, vector: (1 - keyword) * rest, neighbours };
        const recency = recencyFactor({ halfLife: DAY, weight }, age * 1e10);
        const { score, scores } = finalScore(parts, { keyword: true, vector: true, recency });
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1);
        const sum = Object.values(scores).reduce((total, part) => total + part, 0);
        expect(sum).toBeCloseTo(score, 9);
        expect(scores.recency).toBeLessThanOrEqual(0);
      }),
    );
  });

  it("names only what counted", () => {
    const parts = { keyword: 0, vector: 0.5, neighbours: 0 };
    expect(finalScore(parts, { keyword: false, vector: true })).toEqual({
      score: 0.5,
      scores: { vector: 0.5 },
    });
    expect(finalScore(parts, { keyword: true, vector: false }).scores).toEqual({ keyword: 0 });
  });
});
