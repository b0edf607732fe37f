import { join } from "node:path";
import { startWorker, type WorkerProcess } from "../../worker-process.ts";
import { whyNoMounts } from "../lab/disks.ts";
import type { Fault, FaultReport, Strike } from "../lab/fault.ts";
import type { Finding, Problem } from "../lab/finding.ts";
import { fillDisk, limitFiles, whyNoLimits, type Room } from "../lab/room.ts";
import { AGENTS } from "./content.ts";
import { TrailEvidence } from "./evidence.ts";
import type { JournalLine } from "./journal.ts";
import type { LabTrail } from "./lab-records.ts";
import type { tasks } from "./records-process.ts";

type RecordsProcess = WorkerProcess<typeof tasks>;

const MODULE = join(import.meta.dirname, "records-process.ts");
const AT_ONCE = 16;
const DISK_BYTES = 48 << 20;
const ROTATE_BYTES = 256 << 10;
/** The most space that is left until the disk is full, in bytes. */
const MOST_ROOM = 96 << 10;
const MOST_ROUNDS = 100;
/** After this many full disks, everything is checked, and the next ones begin with an empty folder. */
const DISKS_OF_A_TRAIL = 5;

/** Limits on the size of files stand in for a full disk if none can be mounted. */
export const fullFiles: Fault = {
  name: "full",
  about:
    "the disk is full: appends are refused, none is torn, and writing works again when there is room",
  runs: 100,
  secondsPerRun: 1,
  unavailable: whyNoLimits,
  remark: () => "without root, no disk can be filled; a file size limit stands in for it.",
  strike: (strike) => new Full(strike, limitFiles(join(strike.folder, "disk"))).strike(),
};

export const fullDisks: Fault = {
  ...fullFiles,
  unavailable: whyNoMounts,
  remark: () => undefined,
  strike: (strike) => new Full(strike, fillDisk(join(strike.folder, "disk"), DISK_BYTES)).strike(),
};

/** The variant that can run here. */
export const full: Fault = whyNoMounts() === undefined ? fullDisks : fullFiles;

class Full {
  readonly #strike: Strike;
  readonly #room: Room;
  readonly #did = { "full disks": 0, acknowledged: 0, refused: 0 };
  #appends = 0;

  constructor(strike: Strike, room: Room) {
    this.#strike = strike;
    this.#room = room;
  }

  async strike(): Promise<FaultReport> {
    const { runs, random, subject, onRun } = this.#strike;
    const findings: Finding[] = [];
    try {
      for (let run = 1; run <= runs;) {
        const trail: LabTrail = {
          dir: join(this.#room.folder, `trail-${run}`),
          rotateBytes: ROTATE_BYTES,
        };
        const evidence = new TrailEvidence({ allowedCodes: ["MEM_CAPACITY"] });
        const problems: Problem[] = [];
        let store: RecordsProcess | undefined;
        const first = run;
        try {
          for (; run <= runs && run < first + DISKS_OF_A_TRAIL; run++) {
            store ??= await open({ subject, trail });
            problems.push(...(await this.#fill(store, evidence)));
            onRun?.(run);
            // Half of the time, the process that met the full disk continues; otherwise another one finds what it left.
            if (random() < 0.5) continue;
            problems.push(...evidence.take([await store.ask("close", undefined)]));
            await store[Symbol.asyncDispose]();
            store = undefined;
          }
        } finally {
          await store?.[Symbol.asyncDispose]();
        }
        problems.push(...(await evidence.settle(subject, trail)));
        this.#did.acknowledged += evidence.acknowledged;
        findings.push(...problems.map((problem) => ({ ...problem, run: run - 1 })));
      }
    } finally {
      this.#room[Symbol.dispose]();
    }
    return { did: this.#did, findings };
  }

  async #fill(store: RecordsProcess, evidence: TrailEvidence): Promise<Problem[]> {
    const { random } = this.#strike;
    const pid = await store.ask("pid", undefined);
    const problems: Problem[] = [];
    await this.#append(store, evidence, problems);
    this.#room.take(Math.floor(random() * MOST_ROOM), pid);
    this.#did["full disks"]++;
    let isFull = false;
    for (let round = 0; round < MOST_ROUNDS && !isFull; round++) {
      isFull = (await this.#append(store, evidence, problems)) > 0;
    }
    if (!isFull) problems.push({ kind: "unnoticed", message: "the disk was never full" });
    // The rotation may fail for the same reason, and that must have no consequences.
    if (random() < 0.3) problems.push(...evidence.take([await store.ask("rotate", undefined)]));
    for (const agentId of AGENTS) await store.ask("readAll", agentId);
    this.#room.give(pid);
    const refused = await this.#append(store, evidence, problems);
    if (refused > 0) {
      problems.push({ kind: "failed call", message: "refused when there was room again" });
    }
    return problems;
  }

  /** Appends some records concurrently; returns how many were refused for lack of space. */
  async #append(
    store: RecordsProcess,
    evidence: TrailEvidence,
    problems: Problem[],
  ): Promise<number> {
    const ids = Array.from({ length: AT_ONCE }, () => `full-${this.#appends++}`);
    const told: JournalLine[] = await store.ask("appendAll", ids);
    problems.push(...evidence.take(told));
    const refused = told.filter(({ is }) => is === "refused").length;
    this.#did.refused += refused;
    return refused;
  }
}

async function open(opening: Parameters<(typeof tasks)["open"]>[0]): Promise<RecordsProcess> {
  const store = startWorker<typeof tasks>(MODULE);
  await store.ask("open", opening);
  return store;
}
