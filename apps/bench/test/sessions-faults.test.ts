import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Fault, FaultReport, Subject } from "../src/faults/lab/fault.ts";
import { alone } from "../src/faults/sessions/alone.ts";
import { pauses } from "../src/faults/sessions/shared.ts";
import { createRandom } from "../src/random.ts";

/** With this seed, a member sleeps in the first run until its sessions have successors. */
const SEED = 2;

async function strike(fault: Fault, runs: number, subject: Subject = "mem"): Promise<FaultReport> {
  const folder = await mkdtemp(join(tmpdir(), "mem-faults-"));
  try {
    return await fault.strike({ subject, runs, random: createRandom(SEED), folder });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe.concurrent("sessions", { timeout: 60_000 }, () => {
  it("that a sleeping member comes back to are over, and it writes nothing into the next ones", async () => {
    const { did, findings } = await strike(pauses, 1);
    expect(findings).toEqual([]);
    expect(did["messages"]).toBeGreaterThan(20);
    expect(did["calls too late"]).toBeGreaterThan(0);
  });

  it("leave nothing in the process that had them all", async () => {
    const { did, findings } = await strike(alone, 2);
    expect(findings).toEqual([]);
    expect(did["ended by a call"]).toBeGreaterThan(0);
  });

  it("that are made by hand are written into by it, as the lab finds", async () => {
    const { findings } = await strike(pauses, 1, "raw");
    const kinds = findings.map(({ kind }) => kind);
    for (const kind of ["escaped", "stale write", "leftover"]) expect(kinds).toContain(kind);
  });
});
