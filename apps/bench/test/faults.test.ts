import { describe, expect, it } from "vitest";
import { killRecordWriters } from "../src/faults/records.ts";
import { createRandom } from "../src/random.ts";

describe("the record log", () => {
  it("loses nothing that it acknowledged when its writers are killed", async () => {
    const result = await killRecordWriters({ runs: 5, random: createRandom(7) });
    expect(result).toMatchObject({ kills: 5, lost: 0 });
    expect(result.acknowledged).toBeGreaterThan(100);
    // A killed writer tears at most its own last line in each of its two files.
    expect(result.brokenLines).toBeLessThanOrEqual(10);
  });
});

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
