import { race, Score, type Runner } from "../race.ts";
import { median } from "../statistics.ts";
import type { Lab } from "../suite.ts";
import type { NamedStore } from "./arena.ts";
import type { Call, Took } from "./store-worker.ts";

/** What sequential calls took, in every round. */
export interface Scores {
  readonly p50Ms: Score;
  readonly perSecond: Score;
  /** Calls per second of CPU time of all threads. */
  readonly perCpuSecond: Score;
}

export interface CallsOptions {
  readonly call: Call;
  /** How long each contestant runs in a round, in milliseconds. */
  readonly sliceMs: number;
  /** The fewest calls in a turn, by name: for contestants whose work comes in a rhythm. */
  readonly atLeast?: Readonly<Record<string, number>>;
}

/** Lets all contestants make their calls in turns. */
export async function raceCalls(
  stores: readonly NamedStore[],
  { call, sliceMs, atLeast = {} }: CallsOptions,
  lab: Pick<Lab, "rounds" | "tell">,
): Promise<Scores> {
  const scores = { p50Ms: new Score(), perSecond: new Score(), perCpuSecond: new Score() };
  const runners = stores.map((store) => callRunner(store, call, atLeast[store.name] ?? 1));
  for (let round = 0; round < lab.rounds; round++) {
    lab.tell(`${call}, round ${round + 1} of ${lab.rounds}`);
    for (const [name, { operations, costs }] of await race(runners, { sliceMs }, round)) {
      const wallMs = costs.reduce((sum, took) => sum + took.wallMs, 0);
      const cpuMs = costs.reduce((sum, took) => sum + took.cpuMs, 0);
      scores.p50Ms.add(name, median(costs.map(({ p50Ms }) => p50Ms)));
      scores.perSecond.add(name, (operations / wallMs) * 1000);
      scores.perCpuSecond.add(name, (operations / cpuMs) * 1000);
    }
  }
  return scores;
}

function callRunner({ name, store }: NamedStore, call: Call, atLeast: number): Runner<Took> {
  return {
    name,
    prepare: async (sliceMs) => Math.max(atLeast, await store.ask("prepare", { call, sliceMs })),
    run: async (n) => {
      const took = await store.ask("calls", { call, n });
      // So that no turn pays for another contestant's background work.
      await store.ask("settle", {});
      return took;
    },
  };
}
