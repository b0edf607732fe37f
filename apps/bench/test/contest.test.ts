import { describe, expect, it } from "vitest";
import { runContest } from "../src/contest.ts";
import { toTable } from "../src/report.ts";

const spin = (units: number) => async (n: number) => {
  let x = 0;
  for (let i = 0; i < n * units * 200; i++) x = Math.imul(x + i, 31);
  return x;
};

describe("a contest", () => {
  it("gives a row whose verdict follows from its ratio", async () => {
    const contest = {
      suite: "self",
      case: "spin",
      config: "three to one",
      clock: "cpu",
      rival: "another",
      ours: spin(1),
      against: spin(3),
      peers: { twice: spin(2) },
      target: 1.5,
      stretch: 1000,
    } as const;
    const row = await runContest(contest, { rounds: 5, sliceMs: 100 });
    expect(row).toMatchObject({
      suite: "self",
      better: "higher",
      unit: "ops/s",
      met: true,
      stretch: 1000,
    });
    expect(row.spread[0]).toBeLessThanOrEqual(row.ratio);
    expect(row.spread[1]).toBeGreaterThanOrEqual(row.ratio);
    expect(Object.keys(row.peers)).toEqual(["twice"]);
    expect(toTable([row])).toContain("≥ 1.5");
  });

  it("is lost where its target is not reached", async () => {
    const contest = {
      suite: "self",
      case: "spin",
      config: "one to three",
      clock: "cpu",
      rival: "another",
      ours: spin(3),
      against: spin(1),
      target: 0.9,
    } as const;
    expect(await runContest(contest, { rounds: 5, sliceMs: 100 })).toMatchObject({ met: false });
  });

  it("is even between the same and itself", async () => {
    const contest = {
      suite: "self",
      case: "spin",
      config: "one to one",
      clock: "cpu",
      rival: "itself",
      ours: spin(2),
      against: spin(2),
    } as const;
    const { ratio } = await runContest(contest, { rounds: 7, sliceMs: 100 });
    expect(ratio).toBeGreaterThan(0.8);
    expect(ratio).toBeLessThan(1.25);
  });
});
