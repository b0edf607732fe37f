import { lanceDbVersion } from "../long-term/lancedb.ts";
import { toRow, type Row } from "../row.ts";
import type { Experiment } from "../suite.ts";
import { LARGE, toSize, type Selection } from "./collection.ts";
import { OURS, RAW_LANCEDB } from "./contestant.ts";
import { Field, raceSearches } from "./field.ts";

/** The number of candidates that a search of ours begins with. */
const FIRST = 32;
const CANDIDATES = "LanceDB, the same candidates";
const TEN = "LanceDB, its own ten best";

/** Keyword search, compared with LanceDB when it returns what we score, and when it ranks by itself. */
export const keyword: Experiment = {
  title: "keyword, 100k entries",
  async run(lab) {
    lab.tookPart("LanceDB", lanceDbVersion());
    await using field = new Field(lab);
    const searcher = await field.open(OURS, LARGE);
    const raw = await field.open(RAW_LANCEDB, LARGE);
    const rows: Row[] = [];
    for (const selection of ["all", "1%"] as const) {
      const asking = { mode: "keyword", selection } as const;
      const score = await raceSearches(
        [
          { name: OURS, searcher, asking },
          { name: CANDIDATES, searcher: raw, asking: { ...asking, candidates: FIRST } },
          { name: TEN, searcher: raw, asking },
        ],
        lab,
      );
      rows.push(
        toRow(
          {
            suite: "search",
            case: "keyword search, p50",
            config: `${toSize(LARGE.count)} entries${filtered(selection)}`,
            clock: "wall",
            better: "lower",
            unit: "ms",
            rival: CANDIDATES,
            target: 1.5,
            stretch: 1.2,
          },
          {
            ours: score.of(OURS),
            against: score.of(CANDIDATES),
            peers: score.without(OURS, CANDIDATES),
          },
        ),
      );
    }
    return rows;
  },
};

/** How the configuration of a row names a filter. */
export function filtered(selection: Selection): string {
  return selection === "all" ? "" : `, ${selection} filter`;
}
