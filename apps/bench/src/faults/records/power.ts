import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { copyAtOneMoment, makeDisk, mountDisk, whyNoMounts } from "../lab/disks.ts";
import type { Fault, FaultReport, Strike } from "../lab/fault.ts";
import type { Finding, Problem } from "../lab/finding.ts";
import { undoAtTheLatest } from "../lab/leftovers.ts";
import { TrailEvidence } from "./evidence.ts";
import type { WriterTask } from "./writer-task.ts";
import { Writer } from "./writers.ts";

const PROCESSES = 3;
const DISK_BYTES = 256 << 20;
const ROTATE_BYTES = 256 << 10;
/** How long all processes write before the power cut, in ms: minimum and maximum. */
const LOAD_MS = [100, 2_000] as const;

export const power: Fault = {
  name: "power",
  about: "the power fails while processes write to an ext4 image; what had reached it is read",
  runs: 30,
  secondsPerRun: 5,
  unavailable: whyNoMounts,
  strike: cutPower,
};

async function cutPower(strike: Strike): Promise<FaultReport> {
  const findings: Finding[] = [];
  const did = { "power cuts": strike.runs, acknowledged: 0 };
  // The disk is in memory: the power cut is one of the file system on it, and copying it takes no time.
  const disks = existsSync("/dev/shm") ? mkdtempSync("/dev/shm/mem-faults-") : strike.folder;
  using _ = undoAtTheLatest(() => rmSync(disks, { recursive: true, force: true }));
  for (let run = 1; run <= strike.runs; run++) {
    const evidence = new TrailEvidence();
    const problems = await cutOnce(strike, { run, disks, evidence });
    findings.push(...problems.map((problem) => ({ ...problem, run })));
    did.acknowledged += evidence.acknowledged;
    strike.onRun?.(run);
  }
  return { did, findings };
}

interface Cut {
  readonly run: number;
  readonly disks: string;
  readonly evidence: TrailEvidence;
}

async function cutOnce(strike: Strike, { run, disks, evidence }: Cut): Promise<Problem[]> {
  const { subject, folder, random } = strike;
  const problems: Problem[] = [];
  const [image, copy] = [join(disks, `${run}.img`), join(disks, `${run}.copy`)];
  makeDisk(image, DISK_BYTES);
  {
    const live = join(folder, `live-${run}`);
    using _ = mountDisk(image, live);
    const writers = Array.from({ length: PROCESSES }, (__, i) => {
      const name = `r${run}p${i}`;
      const task: WriterTask = {
        dir: join(live, "trail"),
        rotateBytes: ROTATE_BYTES,
        subject,
        journal: join(folder, `${name}.journal`),
        name,
        seed: Math.floor(random() * 2 ** 32),
        lanes: 4,
        mix: { append: 30, appendMany: 8, ...(i === 0 && { rotate: 2, erase: 1, reopen: 1 }) },
      };
      return new Writer(task);
    });
    try {
      for (const writer of writers) writer.order("go");
      await Promise.all(writers.map((writer) => writer.acknowledged()));
      await delay(LOAD_MS[0] + random() * (LOAD_MS[1] - LOAD_MS[0]));
      // All processes stop at the same moment; what they wait for in the kernel may still happen.
      for (const writer of writers) writer.signal("SIGSTOP");
      await copyAtOneMoment(image, live, copy);
      await Promise.all(writers.map((writer) => writer.kill()));
      for (const writer of writers) problems.push(...evidence.take(writer.told()));
    } finally {
      for (const writer of writers) writer[Symbol.dispose]();
    }
  }
  rmSync(image);
  const dead = join(folder, `dead-${run}`);
  {
    using _ = mountDisk(copy, dead);
    const trail = { dir: join(dead, "trail"), rotateBytes: ROTATE_BYTES };
    problems.push(...(await evidence.settle(subject, trail)));
  }
  rmSync(copy);
  return problems;
}
