import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Fault, FaultReport, Strike } from "../lab/fault.ts";
import type { Finding, Problem } from "../lab/finding.ts";
import { StuckError } from "../lab/lab-process.ts";
import { canTrace, killAt, pickPlace, type CallPlace } from "../lab/system-calls.ts";
import { TrailEvidence } from "./evidence.ts";
import type { LabTrail } from "./lab-records.ts";
import type { WriterTask } from "./writer-task.ts";
import { Writer } from "./writers.ts";

/** The processes that write to the folder, one per line. */
const ROLES: readonly Pick<WriterTask, "lanes" | "mix">[] = [
  { lanes: 6, mix: { append: 40, appendMany: 10, reopen: 1 } },
  { lanes: 3, mix: { append: 30, appendMany: 5, rotate: 1, erase: 2 } },
  { lanes: 2, mix: { append: 6, rotate: 3, erase: 2, reopen: 1 } },
];

const KEY = "a key of the fault lab, which is no secret";
const ROTATE_BYTES = 256 << 10;
/** After this many kills, everything is checked, and the next ones begin with an empty folder. */
const KILLS_OF_A_TRAIL = 10;
const LONGEST_LIFE_MS = 400;
const LONGEST_WAIT_MS = 1_500;

export const kills: Fault = {
  name: "kills",
  about: "processes write, rotate, erase and close until kill -9, at random or in a system call",
  runs: 500,
  secondsPerRun: 1.5,
  remark: () =>
    canTrace() ? undefined : "strace is not available: all kills happen at random moments.",
  strike: (strike) => new Kills(strike).strike(),
};

class Kills {
  readonly #strike: Strike;
  readonly #random: () => number;
  readonly #did = {
    kills: 0,
    "at random": 0,
    "in a system call": 0,
    acknowledged: 0,
    erasures: 0,
    trails: 0,
  };
  #started = 0;
  #workers: (Writer | undefined)[] = [];
  /** The processes that were killed in this trail, and where. */
  #killed: string[] = [];

  constructor(strike: Strike) {
    this.#strike = strike;
    this.#random = strike.random;
  }

  async strike(): Promise<FaultReport> {
    const { runs, folder, onRun } = this.#strike;
    const findings: Finding[] = [];
    for (let run = 1; run <= runs;) {
      const trail: LabTrail = {
        dir: join(folder, `trail-${run}`),
        rotateBytes: ROTATE_BYTES,
        ...(this.#random() < 0.5 && { key: KEY }),
      };
      const evidence = new TrailEvidence({ allowedCodes: ["MEM_CLOSED"] });
      const problems: Problem[] = [];
      this.#killed = [];
      this.#workers = ROLES.map(() => undefined);
      const first = run;
      try {
        for (; run <= runs && run < first + KILLS_OF_A_TRAIL; run++) {
          problems.push(...(await this.#killOrGiveUp(trail, evidence)));
          onRun?.(run);
        }
        problems.push(...(await this.#endAll(evidence)));
      } finally {
        for (const worker of this.#workers) worker?.[Symbol.dispose]();
      }
      problems.push(...(await evidence.settle(this.#strike.subject, trail)));
      this.#did.trails++;
      this.#did.acknowledged += evidence.acknowledged;
      this.#did.erasures += evidence.erased;
      findings.push(
        ...problems.map(({ kind, message }) => ({
          kind,
          run: run - 1,
          message: `${message} (${this.#killed.join(", ")})`,
        })),
      );
    }
    return { did: this.#did, findings };
  }

  async #kill(trail: LabTrail, evidence: TrailEvidence): Promise<Problem[]> {
    const place = canTrace() && this.#random() < 0.5 ? pickPlace(this.#random) : undefined;
    const role = Math.floor(this.#random() * ROLES.length);
    // One time in ten, no process survives.
    const isLast = this.#random() < 0.1;
    const lifeMs = this.#random() * LONGEST_LIFE_MS;
    const there = this.#workers[role];
    if (place !== undefined && there?.isAlive === true) {
      await there.end();
      evidence.take(there.told());
    }
    const workers = ROLES.map((_, each) => this.#worker(trail, each, each === role, place));
    for (const worker of workers) worker.order("go");
    const victim = workers[role] as Writer;

    // Some are killed before they have done anything: while they repair what the last one left.
    if (place !== undefined || this.#random() < 0.7) await victim.acknowledged();
    if (place === undefined) await delay(lifeMs);
    const isHit = place !== undefined && (await victim.endsWithin(LONGEST_WAIT_MS));
    this.#did[isHit ? "in a system call" : "at random"]++;
    await victim.kill();
    this.#killed.push(
      `${isLast ? "all" : victim.name} ${isHit ? `in ${place.call} ${place.nth}` : "at random"}`,
    );
    if (isLast) await Promise.all(workers.map((worker) => worker.kill()));
    this.#did.kills += isLast ? workers.length : 1;
    await Promise.all(workers.map((worker) => worker.rest()));
    return workers.flatMap((worker) => this.#hear(worker, evidence));
  }

  /** A process that does not answer is a finding, too. */
  async #killOrGiveUp(trail: LabTrail, evidence: TrailEvidence): Promise<Problem[]> {
    try {
      return await this.#kill(trail, evidence);
    } catch (error) {
      if (!(error instanceof StuckError)) throw error;
      const workers = this.#workers.filter((worker) => worker !== undefined);
      await Promise.all(workers.map((worker) => worker.kill()));
      const problems = workers.flatMap((worker) => this.#hear(worker, evidence));
      return [{ kind: "stuck", message: error.message }, ...problems];
    }
  }

  /** Has the processes that are alive close their files cleanly. */
  async #endAll(evidence: TrailEvidence): Promise<Problem[]> {
    const alive = this.#workers.filter((worker) => worker?.isAlive === true) as Writer[];
    await Promise.all(alive.map((worker) => worker.end()));
    return alive.flatMap((worker) => {
      const problems = this.#hear(worker, evidence);
      return problems.filter(({ message }) => !message.includes("ended by itself with 0"));
    });
  }

  #hear(worker: Writer, evidence: TrailEvidence): Problem[] {
    const problems = evidence.take(worker.told());
    if (worker.lastWords !== undefined) {
      problems.push({ kind: "failed call", message: `${worker.name} ${worker.lastWords}` });
    }
    return problems;
  }

  #worker(trail: LabTrail, role: number, isVictim: boolean, place?: CallPlace): Writer {
    const there = this.#workers[role];
    if (there?.isAlive === true) return there;
    there?.[Symbol.dispose]();
    const name = `p${this.#started++}`;
    const task: WriterTask = {
      ...trail,
      ...(ROLES[role] as (typeof ROLES)[number]),
      subject: this.#strike.subject,
      journal: join(this.#strike.folder, `${name}.journal`),
      name,
      seed: Math.floor(this.#random() * 2 ** 32),
    };
    const worker = new Writer(task, isVictim && place !== undefined ? killAt(place) : []);
    this.#workers[role] = worker;
    return worker;
  }
}
