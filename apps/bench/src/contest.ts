import { measure } from "./clocks.ts";
import { race, Score, type Runner } from "./race.ts";
import { toRow, type Figure, type Row } from "./row.ts";
import type { Lab } from "./suite.ts";

/** Does `n` operations, one after the other or however its case defines. */
export type Work = (n: number) => Promise<unknown>;

/** A comparison of operations per second between ours and another implementation, in this process. */
export interface Contest extends Omit<Figure, "better" | "unit" | "clock"> {
  readonly clock: "cpu" | "wall";
  readonly ours: Work;
  /** The physical limit, or what a user would do without us. */
  readonly against: Work;
  readonly peers?: Readonly<Record<string, Work>>;
}

const OURS = "ours";

/** Measures operations per second; every contestant runs in every round. */
export async function runContest(
  contest: Contest,
  lab: Pick<Lab, "rounds" | "sliceMs">,
): Promise<Row> {
  const { ours, against, peers = {}, clock, ...figure } = contest;
  const works = Object.entries({ [OURS]: ours, [contest.rival]: against, ...peers });
  const runners = works.map(([name, work]) => workRunner(name, work, clock));
  const score = new Score();
  for (let round = 0; round < lab.rounds; round++) {
    for (const [name, { operations, costs }] of await race(runners, lab, round)) {
      score.add(name, (operations / costs.reduce((sum, ms) => sum + ms, 0)) * 1000);
    }
  }
  return toRow(
    { ...figure, clock, better: "higher", unit: "ops/s" },
    {
      ours: score.of(OURS),
      against: score.of(contest.rival),
      peers: score.without(OURS, contest.rival),
    },
  );
}

function workRunner(name: string, work: Work, clock: Contest["clock"]): Runner<number> {
  return {
    name,
    prepare: async (sliceMs) => {
      for (let n = 1; ; n *= 4) {
        const { wallMs } = await measure(() => work(n));
        if (wallMs >= sliceMs / 4) return Math.max(1, Math.round((n * sliceMs) / wallMs));
      }
    },
    run: async (n) => {
      const { wallMs, cpuMs } = await measure(() => work(n));
      return clock === "wall" ? wallMs : cpuMs;
    },
  };
}
