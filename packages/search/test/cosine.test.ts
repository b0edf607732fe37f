import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cosine } from "../src/index.ts";

const pair = fc.integer({ min: 1, max: 8 }).chain((dimensions) => {
  const vector = fc.float32Array({
    minLength: dimensions,
    maxLength: dimensions,
    noNaN: true,
    noDefaultInfinity: true,
  });
  return fc.tuple(vector, vector);
});

describe("cosine", () => {
  it("is 1 for the same direction, 0 for right angles, -1 for opposites", () => {
    expect(cosine(Float32Array.of(1, 2), Float32Array.of(2, 4))).toBeCloseTo(1, 12);
    expect(cosine(Float32Array.of(1, 0), Float32Array.of(0, 3))).toBe(0);
    expect(cosine(Float32Array.of(1, 2), Float32Array.of(-1, -2))).toBeCloseTo(-1, 12);
  });

  it("is 0 for a vector of zeros", () => {
    expect(cosine(Float32Array.of(0, 0), Float32Array.of(1, 2))).toBe(0);
  });

  it("lies between -1 and 1 and is symmetric, for the largest and smallest numbers too", () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const value = cosine(a, b);
        expect(Math.abs(value)).toBeLessThanOrEqual(1);
        expect(cosine(b, a)).toBe(value);
      }),
    );
  });

  it("refuses vectors of different length", () => {
    expect(() => cosine(new Float32Array(2), new Float32Array(3))).toThrow(RangeError);
  });
});
