import { describe, expect, it } from "vitest";
import { toRow, type Figure } from "../src/row.ts";
import { median } from "../src/statistics.ts";

const figure = {
  suite: "self",
  case: "a case",
  config: "a configuration",
  clock: "wall",
  better: "higher",
  rival: "another",
  unit: "ops/s",
} as const satisfies Figure;

describe("a row", () => {
  it("compares within each round and takes the median of those ratios", () => {
    // The medians alone would give 20 to 10, which was the ratio of no round.
    const row = toRow(figure, { ours: [10, 20, 90], against: [10, 5, 30] });
    expect(row).toMatchObject({ ours: 20, against: 10, ratio: 3, spread: [1, 4] });
  });

  it("is met at least at its target where higher is better", () => {
    const rounds = { ours: [4, 4, 4], against: [2, 2, 2] };
    expect(toRow({ ...figure, target: 2 }, rounds).met).toBe(true);
    expect(toRow({ ...figure, target: 2.01 }, rounds).met).toBe(false);
  });

  it("is met at most at its target where lower is better", () => {
    const rounds = { ours: [1, 1, 1], against: [2, 2, 2] };
    expect(toRow({ ...figure, better: "lower", target: 0.5 }, rounds).met).toBe(true);
    expect(toRow({ ...figure, better: "lower", target: 0.49 }, rounds).met).toBe(false);
  });

  it("is not met when a figure is missing", () => {
    const row = toRow({ ...figure, target: 0 }, { ours: [1], against: [] });
    expect(row.met).toBe(false);
  });

  it("has no verdict without a target, and keeps its stretch", () => {
    const row = toRow({ ...figure, stretch: 3 }, { ours: [1], against: [1] });
    expect(row).not.toHaveProperty("met");
    expect(row.stretch).toBe(3);
  });

  it("names the medians of those that were measured beside", () => {
    const peers = new Map([["third", [1, 9, 2]]]);
    expect(toRow(figure, { ours: [1], against: [1], peers }).peers).toEqual({ third: 2 });
  });
});

describe("a median", () => {
  it("is the middle of the values, or between the two in the middle", () => {
    expect([median([3, 1, 2]), median([4, 1, 3, 2]), median([])]).toEqual([2, 2.5, Number.NaN]);
  });
});
