import { describe, expect, it } from "vitest";
import { createRandom } from "../src/random.ts";

const draw = (seed: number): number[] => {
  const random = createRandom(seed);
  return [random(), random(), random()];
};

describe("the source of random numbers", () => {
  it("repeats itself from the same seed", () => {
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(draw(3).every((x) => x >= 0 && x < 1)).toBe(true);
  });
});
