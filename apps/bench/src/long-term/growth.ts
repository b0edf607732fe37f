import { toRow } from "../row.ts";
import { Score } from "../race.ts";
import { median, rotated } from "../statistics.ts";
import type { Experiment } from "../suite.ts";
import { Arena } from "./arena.ts";
import { OURS } from "./contestants.ts";

const MANY = 100_000;
const FEW = 1000;
const IN_FLIGHT = 64;
const TURNS = 5;
const CALLS = 200;

/** Whether a save gets slower as the number of earlier saves grows. */
export const growth: Experiment = {
  title: "save after 100,000 saves against after 1,000",
  async run(lab) {
    await using arena = new Arena();
    lab.tell("100,000 saves");
    const { store: many } = await arena.open(OURS, { keys: 2 * MANY });
    await many.ask("burst", { inFlight: IN_FLIGHT, n: MANY });
    await many.ask("settle", {});
    const score = new Score();
    for (let round = 0; round < lab.rounds; round++) {
      lab.tell(`round ${round + 1} of ${lab.rounds}`);
      // A new one each time, because the turns of a round are saves, too.
      await using fresh = new Arena();
      const { store: few } = await fresh.open(OURS, { keys: 2 * MANY });
      await few.ask("burst", { inFlight: IN_FLIGHT, n: FEW });
      await few.ask("settle", {});
      const p50Ms = { many: [] as number[], few: [] as number[] };
      for (let turn = 0; turn < TURNS; turn++) {
        const turns = Object.entries({ many, few }) as [keyof typeof p50Ms, typeof many][];
        for (const [name, store] of rotated(turns, round + turn)) {
          p50Ms[name].push((await store.ask("calls", { call: "save", n: CALLS })).p50Ms);
          await store.ask("settle", {});
        }
      }
      for (const [name, took] of Object.entries(p50Ms)) score.add(name, median(took));
    }
    return [
      toRow(
        {
          suite: "long-term",
          case: "durable save one at a time, p50",
          config: "230 B, after 100,000 saves",
          clock: "wall",
          better: "lower",
          unit: "ms",
          rival: "after 1,000 saves",
          target: 1.2,
          stretch: 1.05,
        },
        { ours: score.of("many"), against: score.of("few") },
      ),
    ];
  },
};
