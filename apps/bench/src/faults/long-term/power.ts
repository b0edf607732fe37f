import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { copyAtOneMoment, makeDisk, mountDisk, whyNoMounts } from "../lab/disks.ts";
import { Evidence } from "./evidence.ts";
import type { Fault, FaultReport, Strike } from "../lab/fault.ts";
import type { Finding, Problem } from "../lab/finding.ts";
import { openLabStore } from "./lab-store.ts";
import { undoAtTheLatest } from "../lab/leftovers.ts";
import type { WorkerTask } from "./worker-task.ts";
import { Worker } from "./workers.ts";

const PROCESSES = 3;
const KEYS = 200;
const DISK_BYTES = 384 << 20;
/** How long all processes write before the power cut, in ms: minimum and maximum. */
const LOAD_MS = [100, 2_500] as const;

export const power: Fault = {
  name: "power",
  about: "the power fails while processes write to an ext4 image; what had reached it is opened",
  runs: 30,
  secondsPerRun: 5,
  unavailable: whyNoMounts,
  strike: cutPower,
};

async function cutPower(strike: Strike): Promise<FaultReport> {
  const { runs, random, folder, onRun } = strike;
  const findings: Finding[] = [];
  const did = { "power cuts": runs, acknowledged: 0, opens: 0 };
  // The disk is in memory: the power cut is one of the file system on it, and copying it takes no time.
  const disks = existsSync("/dev/shm") ? mkdtempSync("/dev/shm/mem-faults-") : folder;
  using _ = undoAtTheLatest(() => rmSync(disks, { recursive: true, force: true }));
  for (let run = 1; run <= runs; run++) {
    const evidence = new Evidence();
    const [image, copy] = [join(disks, `${run}.img`), join(disks, `${run}.copy`)];
    makeDisk(image, DISK_BYTES);
    const problems = await cutOnce(strike, { run, image, copy, random, evidence });
    rmSync(image);
    rmSync(copy);
    findings.push(...problems.map((problem) => ({ ...problem, run })));
    did.acknowledged += evidence.acknowledged;
    did.opens++;
    onRun?.(run);
  }
  return { did, findings };
}

interface Cut {
  readonly run: number;
  readonly image: string;
  readonly copy: string;
  readonly random: () => number;
  readonly evidence: Evidence;
}

async function cutOnce(
  { subject, folder }: Strike,
  { run, image, copy, random, evidence }: Cut,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  const live = join(folder, `live-${run}`);
  const dead = join(folder, `dead-${run}`);
  {
    using _ = mountDisk(image, live);
    const uri = join(live, `store`);
    const workers = Array.from({ length: PROCESSES }, (__, i) => {
      const task: WorkerTask = {
        subject,
        uri,
        journal: join(folder, `r${run}p${i}.journal`),
        name: `r${run}p${i}`,
        seed: Math.floor(random() * 2 ** 32),
        lanes: 4,
        mix: { save: 5, saveMany: 2, delete: 2, increment: 1, ...(i === 0 && { flush: 1 }) },
        keys: Array.from({ length: KEYS }, (___, key) => `key-${key}`),
        counters: ["counter"],
      };
      return new Worker(task);
    });
    try {
      for (const worker of workers) worker.order("go");
      await Promise.all(workers.map((worker) => worker.acknowledged()));
      await delay(LOAD_MS[0] + random() * (LOAD_MS[1] - LOAD_MS[0]));
      // All processes stop at the same moment; what they wait for in the kernel may still happen.
      for (const worker of workers) worker.signal("SIGSTOP");
      await copyAtOneMoment(image, live, copy);
      await Promise.all(workers.map((worker) => worker.kill()));
      problems.push(...evidence.take(workers.flatMap((worker) => worker.attempts())));
    } finally {
      for (const worker of workers) worker[Symbol.dispose]();
    }
  }
  using _ = mountDisk(copy, dead);
  const store = openLabStore(subject, join(dead, `store`));
  try {
    problems.push(...(await evidence.inspect(store)));
    await store.flush();
    problems.push(...(await evidence.inspect(store)));
  } catch (error) {
    problems.push({ kind: "failed open", message: String(error) });
  } finally {
    await store.close().catch(() => undefined);
  }
  return problems;
}
