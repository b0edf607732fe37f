import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Evidence } from "./evidence.ts";
import type { Fault, FaultReport, Strike } from "../lab/fault.ts";
import type { Finding, Problem } from "../lab/finding.ts";
import { openLabStore } from "./lab-store.ts";
import { canTrace, killAt, pickPlace } from "../lab/system-calls.ts";
import type { WorkerTask } from "./worker-task.ts";
import { StuckError } from "../lab/lab-process.ts";
import { Worker } from "./workers.ts";

/** The processes that work on the folder, one per line. The last one flushes, which makes the store maintain itself. */
const ROLES: readonly Pick<WorkerTask, "lanes" | "mix">[] = [
  { lanes: 8, mix: { save: 6, saveMany: 2, read: 2, increment: 2 } },
  { lanes: 8, mix: { save: 3, delete: 3, read: 3, increment: 1 } },
  { lanes: 4, mix: { delete: 4, saveMany: 2, read: 2 } },
  { lanes: 3, mix: { flush: 3, save: 2, read: 3, increment: 1 } },
];

const KEYS = 300;
const COUNTERS = 3;
const LONGEST_LIFE_MS = 700;
const LONGEST_WAIT_MS = 2_500;

export const kills: Fault = {
  name: "kills",
  about: "processes write, delete and flush until kill -9, at random or in a chosen system call",
  runs: 500,
  secondsPerRun: 2.5,
  remark: () =>
    canTrace() ? undefined : "strace is not available: all kills happen at random moments.",
  strike: (strike) => new Kills(strike).strike(),
};

class Kills {
  readonly #strike: Strike;
  readonly #uri: string;
  readonly #random: () => number;
  readonly #evidence = new Evidence();
  readonly #findings: Finding[] = [];
  readonly #workers: (Worker | undefined)[] = ROLES.map(() => undefined);
  readonly #did = { kills: 0, "at random": 0, "at a system call": 0, acknowledged: 0, opens: 0 };
  #started = 0;
  /** The process that was killed last, and where. */
  #last = "";

  constructor(strike: Strike) {
    this.#strike = strike;
    this.#random = strike.random;
    this.#uri = join(strike.folder, "store");
  }

  async strike(): Promise<FaultReport> {
    try {
      for (let run = 1; run <= this.#strike.runs; run++) {
        const problems = await this.#runOrGiveUp();
        this.#findings.push(
          ...problems.map(({ kind, message }) => ({
            kind,
            run,
            message: `${message} (${this.#last})`,
          })),
        );
        this.#strike.onRun?.(run);
      }
    } finally {
      for (const worker of this.#workers) worker?.[Symbol.dispose]();
    }
    return {
      did: { ...this.#did, acknowledged: this.#evidence.acknowledged },
      findings: this.#findings,
    };
  }

  async #run(): Promise<Problem[]> {
    const problems: Problem[] = [];
    const isTraced = canTrace() && this.#random() < 0.5;
    const place = isTraced ? pickPlace(this.#random) : undefined;
    const isByFlush = place !== undefined && /rename|linkat|unlink|pwrite/.test(place.call);
    const role = isByFlush ? ROLES.length - 1 : Math.floor(this.#random() * ROLES.length);
    // One time in ten, no process survives.
    const isLast = this.#random() < 0.1;
    const lifeMs = this.#random() * LONGEST_LIFE_MS;
    if (place !== undefined) await this.#retire(role);
    const workers = ROLES.map((_, each) => this.#worker(each, each === role ? place : undefined));
    for (const worker of workers) worker.order("go");
    const victim = workers[role] as Worker;

    // Some are killed before they have done anything: while they open the store and repair it.
    if (place !== undefined || this.#random() < 0.7) await victim.acknowledged();
    if (place === undefined) await delay(lifeMs);
    const isHit = place !== undefined && (await victim.endsWithin(LONGEST_WAIT_MS));
    this.#did[isHit ? "at a system call" : "at random"]++;
    await victim.kill();
    const where = isHit ? `in ${place.call} ${place.nth}` : "at random";
    this.#last = `${isLast ? "all" : victim.name} killed ${where}`;
    if (isLast) await Promise.all(workers.map((worker) => worker.kill()));
    this.#did.kills += isLast ? workers.length : 1;
    await Promise.all(workers.map((worker) => worker.rest()));

    problems.push(...this.#evidence.take(workers.flatMap((worker) => worker.attempts())));
    for (const worker of workers) {
      if (worker.lastWords !== undefined) {
        problems.push({ kind: "failed call", message: worker.lastWords });
      }
    }
    problems.push(...(await this.#inspect()));
    return problems;
  }

  /** A process that does not answer is a finding, too; then all are started anew. */
  async #runOrGiveUp(): Promise<Problem[]> {
    try {
      return await this.#run();
    } catch (error) {
      if (error instanceof StuckError) return await this.#giveUp(error.message);
      throw error;
    }
  }

  async #giveUp(message: string): Promise<Problem[]> {
    const workers = this.#workers.filter((worker) => worker !== undefined);
    await Promise.all(workers.map((worker) => worker.kill()));
    const problems = this.#evidence.take(workers.flatMap((worker) => worker.attempts()));
    return [{ kind: "stuck", message }, ...problems];
  }

  async #inspect(): Promise<Problem[]> {
    const store = openLabStore(this.#strike.subject, this.#uri);
    try {
      this.#did.opens++;
      return await this.#evidence.inspect(store);
    } catch (error) {
      return [{ kind: "failed open", message: String(error) }];
    } finally {
      await store.close();
    }
  }

  #worker(role: number, place?: { readonly call: string; readonly nth: number }): Worker {
    const there = this.#workers[role];
    if (there?.isAlive === true) return there;
    there?.[Symbol.dispose]();
    const name = `p${this.#started++}`;
    const task: WorkerTask = {
      subject: this.#strike.subject,
      uri: this.#uri,
      journal: join(this.#strike.folder, `${name}.journal`),
      name,
      seed: Math.floor(this.#random() * 2 ** 32),
      keys: Array.from({ length: KEYS }, (_, i) => `key-${i}`),
      counters: Array.from({ length: COUNTERS }, (_, i) => `counter-${i}`),
      ...(ROLES[role] as (typeof ROLES)[number]),
    };
    const worker = new Worker(task, place && killAt(place));
    this.#workers[role] = worker;
    return worker;
  }

  /** Ends a process cleanly, so that it can be started anew with a tracer. */
  async #retire(role: number): Promise<void> {
    const worker = this.#workers[role];
    if (worker?.isAlive === true) await worker.end();
  }
}
