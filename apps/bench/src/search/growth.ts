import type { Score } from "../race.ts";
import { toRow, type Row } from "../row.ts";
import { median } from "../statistics.ts";
import type { Experiment } from "../suite.ts";
import { LARGE, MILLION, SMALL, toSize, type Selection } from "./collection.ts";
import { OURS } from "./contestant.ts";
import { Field, raceSearches, type Searcher } from "./field.ts";
import { filtered } from "./keyword.ts";

const COLLECTIONS = [{ ...SMALL, count: 1000 }, SMALL, LARGE, MILLION] as const;
const SIZES = COLLECTIONS.map(({ count }) => toSize(count));
const [FEW, MANY] = [toSize(SMALL.count), toSize(MILLION.count)];

/** The entries grow a hundredfold: the time of a search may not. */
const GOALS = [
  { selection: "all", target: 3, stretch: 2 },
  { selection: "1%", target: 6, stretch: 3 },
] as const satisfies readonly { selection: Selection; target: number; stretch: number }[];

/** Whether a search gets slower as the number of entries grows. */
export const growth: Experiment = {
  title: "keyword, 1k to 1M entries",
  async run(lab) {
    await using field = new Field(lab);
    const searchers = new Map<string, Searcher>();
    for (const collection of COLLECTIONS) {
      searchers.set(toSize(collection.count), await field.open(OURS, collection));
    }
    const rows: Row[] = [];
    const lines: Record<string, readonly number[]> = {};
    for (const { selection, target, stretch } of GOALS) {
      const score: Score = await raceSearches(
        Array.from(searchers, ([name, searcher]) => ({
          name,
          searcher,
          asking: { mode: "keyword", selection },
        })),
        lab,
      );
      rows.push(
        toRow(
          {
            suite: "search",
            case: "keyword search, p50",
            config: `${MANY} entries${filtered(selection)}`,
            clock: "wall",
            better: "lower",
            unit: "ms",
            rival: `${FEW} entries`,
            target,
            stretch,
          },
          { ours: score.of(MANY), against: score.of(FEW), peers: score.without(FEW, MANY) },
        ),
      );
      const name = selection === "all" ? "no filter" : `${selection} filter`;
      lines[name] = SIZES.map((size) => median(score.of(size)));
    }
    lab.plot({
      name: "growth",
      title: "Keyword search, p50 in ms, by entries",
      sizes: SIZES,
      lines,
    });
    return rows;
  },
};
