import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Fault, FaultReport, Strike } from "../lab/fault.ts";
import type { Finding } from "../lab/finding.ts";
import { TrailEvidence } from "./evidence.ts";
import type { LabTrail } from "./lab-records.ts";
import type { WriterTask } from "./writer-task.ts";
import { Writer } from "./writers.ts";

const PROCESSES = 4;
const ACTIONS = 150;
const MIX = { append: 12, appendMany: 2 } as const;
/** Two of the processes also rotate by themselves, and one erases. */
const ROTATING_MIX = { ...MIX, rotate: 2, erase: 1 } as const;
/** Small, so that there is hardly a moment in which no process rotates. */
const ROTATE_BYTES = 16 << 10;
const LONGEST_PAUSE_MS = 250;

export const pauses: Fault = {
  name: "pauses",
  about: "processes are paused at random, also in the middle of a rotation, and continue",
  runs: 30,
  secondsPerRun: 8,
  strike: pause,
};

async function pause(strike: Strike): Promise<FaultReport> {
  const { runs, folder, onRun } = strike;
  const findings: Finding[] = [];
  const did = { trails: runs, pauses: 0, acknowledged: 0 };
  for (let run = 1; run <= runs; run++) {
    const trail: LabTrail = { dir: join(folder, `trail-${run}`), rotateBytes: ROTATE_BYTES };
    const evidence = new TrailEvidence();
    const problems = [];
    const writers = Array.from(
      { length: PROCESSES },
      (_, i) => new Writer(taskOf(strike, trail, `r${run}p${i}`, i < 2)),
    );
    try {
      did.pauses += await runWithPauses(writers, strike.random);
      await Promise.all(writers.map((writer) => writer.end()));
      for (const writer of writers) problems.push(...evidence.take(writer.told()));
    } catch (error) {
      problems.push({ kind: "stuck", message: String(error) } as const);
    } finally {
      for (const writer of writers) writer[Symbol.dispose]();
    }
    problems.push(...(await evidence.settle(strike.subject, trail)));
    did.acknowledged += evidence.acknowledged;
    findings.push(...problems.map((problem) => ({ ...problem, run })));
    onRun?.(run);
  }
  return { did, findings };
}

/** Pauses processes until all have done what they were told to; returns the number of pauses. */
async function runWithPauses(writers: readonly Writer[], random: () => number): Promise<number> {
  const over = Promise.all(writers.map((writer) => writer.rested())).then(() => true);
  over.catch(() => undefined);
  for (const writer of writers) writer.order("go");
  for (let paused = 1; ; paused++) {
    const writer = writers[Math.floor(random() * writers.length)] as Writer;
    writer.signal("SIGSTOP");
    try {
      await delay(random() * LONGEST_PAUSE_MS);
    } finally {
      writer.signal("SIGCONT");
    }
    const rest = delay((random() * LONGEST_PAUSE_MS) / 4, false);
    if (await Promise.race([over, rest])) return paused;
  }
}

function taskOf(
  { subject, folder, random }: Strike,
  trail: LabTrail,
  name: string,
  isRotating: boolean,
): WriterTask {
  return {
    ...trail,
    subject,
    journal: join(folder, `${name}.journal`),
    name,
    seed: Math.floor(random() * 2 ** 32),
    lanes: 4,
    mix: isRotating ? ROTATING_MIX : MIX,
    actions: ACTIONS,
  };
}
