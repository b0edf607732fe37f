import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Evidence } from "./evidence.ts";
import type { Fault, FaultReport, Strike } from "../lab/fault.ts";
import type { Finding, Problem } from "../lab/finding.ts";
import { openLabStore } from "./lab-store.ts";
import { countStoredKeys } from "./stored-keys.ts";
import type { WorkerTask } from "./worker-task.ts";
import { Worker } from "./workers.ts";

const PROCESSES = 4;
const KEYS = 12;
const MIX = { save: 4, saveMany: 1, delete: 2, increment: 4, read: 3 } as const;
/** One process also flushes, so that flushes are paused, too. */
const FLUSHING_MIX = { ...MIX, flush: 1 } as const;
const LONGEST_PAUSE_MS = 300;

export const races: Fault = {
  name: "races",
  about: "four processes race for the same keys, --runs times each, and are paused at random",
  runs: 1_000,
  secondsPerRun: 0.05,
  strike: race,
};

async function race({ subject, runs, random, folder, onRun }: Strike): Promise<FaultReport> {
  const uri = join(folder, "store");
  const evidence = new Evidence();
  const problems: Problem[] = [];
  const workers = Array.from({ length: PROCESSES }, (_, i) => {
    const task: WorkerTask = {
      subject,
      uri,
      journal: join(folder, `p${i}.journal`),
      name: `p${i}`,
      seed: Math.floor(random() * 2 ** 32),
      lanes: 4,
      mix: i === 0 ? FLUSHING_MIX : MIX,
      keys: Array.from({ length: KEYS }, (__, key) => `key-${key}`),
      counters: ["counter"],
      actions: runs,
    };
    return new Worker(task);
  });
  let pauses = 0;
  try {
    const over = Promise.all(workers.map((worker) => worker.rested())).then(() => true);
    over.catch(() => undefined);
    for (const worker of workers) worker.order("go");
    do {
      const worker = workers[Math.floor(random() * workers.length)] as Worker;
      worker.signal("SIGSTOP");
      try {
        await delay(random() * LONGEST_PAUSE_MS);
      } finally {
        worker.signal("SIGCONT");
      }
      pauses++;
    } while (!(await Promise.race([over, delay(random() * LONGEST_PAUSE_MS, false)])));
    onRun?.(runs);

    problems.push(...evidence.take(workers.flatMap((worker) => worker.attempts())));
    const states = await Promise.all(workers.map((worker) => worker.report()));
    if (new Set(states).size !== 1) {
      problems.push({ kind: "disagreement", message: describeDifference(states) });
    }
    problems.push(...(await inspectAnew({ subject, uri, evidence })));
    await Promise.all(workers.map((worker) => worker.end()));
    for (const { lastWords = "ended by itself with 0" } of workers) {
      if (!lastWords.startsWith("ended by itself with 0")) {
        problems.push({ kind: "failed call", message: lastWords });
      }
    }
    problems.push(...(await inspectAnew({ subject, uri, evidence })));
    const { rows, keys } = await countStoredKeys(subject, uri);
    if (rows !== keys) {
      problems.push({ kind: "duplicate", message: `the table has ${rows} rows of ${keys} keys` });
    }
  } finally {
    for (const worker of workers) worker[Symbol.dispose]();
  }
  const findings: Finding[] = problems.map((problem) => ({ ...problem, run: 1 }));
  return {
    did: { actions: PROCESSES * runs, pauses, acknowledged: evidence.acknowledged },
    findings,
  };
}

async function inspectAnew({
  subject,
  uri,
  evidence,
}: Pick<Strike, "subject"> & {
  readonly uri: string;
  readonly evidence: Evidence;
}): Promise<Problem[]> {
  const store = openLabStore(subject, uri);
  try {
    const problems = await evidence.inspect(store);
    // So that the table, too, has to hold each entry once.
    await store.flush();
    return problems;
  } catch (error) {
    return [{ kind: "failed open", message: String(error) }];
  } finally {
    await store.close();
  }
}

/** Shows where the first state and the first one that differs from it diverge. */
function describeDifference(states: readonly string[]): string {
  const [first = ""] = states;
  const other = states.find((state) => state !== first) ?? "";
  let at = 0;
  while (at < first.length && first[at] === other[at]) at++;
  const from = Math.max(0, at - 80);
  return `processes see different states: ${first.slice(from, at + 80)} | ${other.slice(from, at + 80)}`;
}
