import { toRow } from "../row.ts";
import type { Experiment } from "../suite.ts";
import { LARGE, toSize } from "./collection.ts";
import { OURS } from "./contestant.ts";
import { Field, raceSearches } from "./field.ts";

const SUM = "keyword and vector, one after the other";

/** A hybrid search, compared with a keyword and a vector search one after the other. */
export const hybrid: Experiment = {
  title: "hybrid, 100k entries",
  async run(lab) {
    await using field = new Field(lab);
    const searcher = await field.open(OURS, LARGE);
    const modes = ["keyword", "vector", "hybrid"] as const;
    const score = await raceSearches(
      modes.map((mode) => ({ name: mode, searcher, asking: { mode, selection: "all" } })),
      lab,
    );
    const [words, vectors] = [score.of("keyword"), score.of("vector")];
    return [
      toRow(
        {
          suite: "search",
          case: "hybrid search, p50",
          config: `${toSize(LARGE.count)} entries, ${LARGE.dimensions} dimensions`,
          clock: "wall",
          better: "lower",
          unit: "ms",
          rival: SUM,
          target: 0.8,
          stretch: 0.6,
        },
        {
          ours: score.of("hybrid"),
          against: words.map((ms, round) => ms + (vectors[round] as number)),
          peers: score.without("hybrid"),
        },
      ),
    ];
  },
};
