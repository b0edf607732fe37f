import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Fault, FaultReport, Subject } from "../src/faults/lab/fault.ts";
import { isAsWritten, recordOf } from "../src/faults/records/content.ts";
import { edits } from "../src/faults/records/edits.ts";
import { fullFiles } from "../src/faults/records/full.ts";
import { kills } from "../src/faults/records/kills.ts";
import { meddling } from "../src/faults/records/meddling.ts";
import { names } from "../src/faults/records/names.ts";
import { createRandom } from "../src/random.ts";

async function strike(fault: Fault, runs: number, subject: Subject = "mem"): Promise<FaultReport> {
  const folder = await mkdtemp(join(tmpdir(), "mem-faults-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return fault.strike({ subject, runs, random: createRandom(11), folder });
}

describe("the audit trail", { timeout: 120_000 }, () => {
  it("loses nothing that it acknowledged when its writers are killed", async () => {
    const { did, findings } = await strike(kills, 3);
    expect(findings).toEqual([]);
    expect(did["acknowledged"]).toBeGreaterThan(50);
  });

  it("names the line that was edited by somebody without the key", async () => {
    const { did, findings } = await strike(edits, 60);
    expect(findings).toEqual([]);
    expect(did["at a known line"]).toBeGreaterThan(20);
  });

  it("lets no hostile id escape or meet another", async () => {
    const { findings } = await strike(names, 300);
    expect(findings).toEqual([]);
  });

  it("goes on when its files are moved, cut or replaced while it writes", async () => {
    const { findings } = await strike(meddling, 5);
    expect(findings).toEqual([]);
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

describe("the fault lab", { timeout: 120_000 }, () => {
  it("finds what goes wrong: files that are named after ids escape", async () => {
    const { findings } = await strike(names, 100, "raw");
    expect(findings.map(({ kind }) => kind)).toContain("escaped");
  });
});

describe("a record of the fault lab", () => {
  it("is known by its id, whatever part of it is changed", () => {
    const timestamp = "2026-01-01T00:00:00.000Z";
    for (let i = 0; i < 50; i++) {
      const record = { ...recordOf(`123-${i}`), timestamp };
      expect(isAsWritten(structuredClone(record))).toBe(true);
      expect(isAsWritten({ ...record, output: "another" })).toBe(false);
      expect(isAsWritten({ ...record, agentId: "agent-2" })).toBe(false);
      expect(isAsWritten({ ...record, id: `${record.id}0` })).toBe(false);
    }
  });
});
