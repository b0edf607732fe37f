import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Fault, FaultReport, Subject } from "../src/faults/lab/fault.ts";
import { flips } from "../src/faults/long-term/flips.ts";
import { fullFiles } from "../src/faults/long-term/full.ts";
import { kills } from "../src/faults/long-term/kills.ts";
import { races } from "../src/faults/long-term/races.ts";

import { createRandom } from "../src/random.ts";

async function strike(fault: Fault, runs: number, subject: Subject = "mem"): Promise<FaultReport> {
  const folder = await mkdtemp(join(tmpdir(), "mem-faults-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return fault.strike({ subject, runs, random: createRandom(11), folder });
}

describe("the long-term store on LanceDB", { timeout: 240_000 }, () => {
  it("loses nothing that it acknowledged when its processes are killed", async () => {
    const { did, findings } = await strike(kills, 4);
    expect(findings).toEqual([]);
    expect(did["kills"]).toBeGreaterThanOrEqual(4);
    expect(did["acknowledged"]).toBeGreaterThan(100);
  });

  it("loses no update and makes no duplicate when processes race and are paused", async () => {
    const { did, findings } = await strike(races, 50);
    expect(findings).toEqual([]);
    expect(did["acknowledged"]).toBeGreaterThan(50);
  });

  it("returns nothing that a flipped byte has altered", async () => {
    const { did, findings } = await strike(flips, 24);
    expect(findings).toEqual([]);
    expect(did["reported"]).toBeGreaterThan(0);
  });

  it.runIf(fullFiles.unavailable?.() === undefined)(
    "refuses what there is no room for, and goes on when there is",
    async () => {
      const { did, findings } = await strike(fullFiles, 2);
      expect(findings).toEqual([]);
      expect(did["refused"]).toBeGreaterThan(0);
    },
  );
});

describe("the fault lab", { timeout: 240_000 }, () => {
  it("finds what goes wrong: plain LanceDB loses updates and returns flipped bytes", async () => {
    const raced = await strike(races, 10, "raw");
    expect(raced.findings.map(({ kind }) => kind)).toContain("lost update");
    const flipped = await strike(flips, 80, "raw");
    expect(flipped.findings.map(({ kind }) => kind)).toContain("wrong data");
  });
});
