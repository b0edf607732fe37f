import { join } from "node:path";
import type { Cost } from "../clocks.ts";
import { race, Score, type Lap, type Runner } from "../race.ts";
import type { Row } from "../row.ts";
import type { Experiment, Lab } from "../suite.ts";
import type { ValueSize } from "../values.ts";
import { startWorker, type WorkerProcess } from "../worker-process.ts";
import type { CacheTasks } from "./cache-worker.ts";
import { MAP, OURS, OURS_BY_AGENT } from "./caches.ts";
import { MIXES, PEERS, throughputRows, type Goal, type Mix } from "./rivals.ts";

export type CacheProcess = WorkerProcess<CacheTasks>;

export function startCache(): CacheProcess {
  return startWorker<CacheTasks>(join(import.meta.dirname, "cache-worker.ts"));
}

/**
 * Gets and saves on 10,000 keys: in each round, a separate process for each contestant, all of them alive and taking
 * turns. Contestants without a part in a goal run in the first round only.
 */
export function throughput(size: ValueSize, goals: readonly Goal[]): Experiment {
  return {
    title: `10k keys, ${size}`,
    async run(lab) {
      const rivals = PEERS.filter((name) => goals.some(({ rival }) => rival === name));
      const scores = new Map<Mix, Score>();
      for (let round = 0; round < lab.rounds; round++) {
        const isFirst = round === 0;
        const peers = isFirst ? PEERS : rivals;
        const names = [OURS, MAP, ...(isFirst ? [OURS_BY_AGENT] : [])];
        await runRound(lab.hasPeers ? [...names, ...peers] : names, size, lab, round, scores);
      }
      return [...scores].flatMap(([mix, score]): Row[] =>
        throughputRows(`${size}, 10k keys`, mix, goals, score),
      );
    },
  };
}

async function runRound(
  names: readonly string[],
  size: ValueSize,
  lab: Lab,
  round: number,
  scores: Map<Mix, Score>,
): Promise<void> {
  lab.tell(`round ${round + 1} of ${lab.rounds}`);
  await using stack = new AsyncDisposableStack();
  const caches = names.map((name) => ({ name, cache: stack.use(startCache()) }));
  await Promise.all(
    caches.map(({ name, cache }) => cache.ask("open", { name, keys: 10_000, size })),
  );
  for (const [mix, reads] of Object.entries(MIXES) as [Mix, number][]) {
    const runners = caches.map(({ name, cache }) => cacheRunner(name, cache, reads));
    scoreRates(await race(runners, lab, round), scoreOf(scores, mix));
  }
}

export function cacheRunner(name: string, cache: CacheProcess, reads: number): Runner<Cost> {
  return {
    name,
    prepare: (sliceMs) => cache.ask("prepare", { reads, sliceMs }),
    run: (n) => cache.ask("run", { reads, n }),
  };
}

export function scoreOf(scores: Map<Mix, Score>, mix: Mix): Score {
  const score = scores.get(mix) ?? new Score();
  scores.set(mix, score);
  return score;
}

/** Operations per second of CPU time. */
export function scoreRates(laps: ReadonlyMap<string, Lap<Cost>>, score: Score): void {
  for (const [name, { operations, costs }] of laps) {
    const cpuMs = costs.reduce((sum, cost) => sum + cost.cpuMs, 0);
    score.add(name, (operations / cpuMs) * 1000);
  }
}
