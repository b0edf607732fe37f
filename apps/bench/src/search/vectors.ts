import { toRow, type Figure, type Row } from "../row.ts";
import type { Experiment, Lab } from "../suite.ts";
import { describe, LARGE, MILLION, type Collection, type Selection } from "./collection.ts";
import { OURS, RAW_LANCEDB, SCAN, type Asking } from "./contestant.ts";
import { Field, raceSearches, type Searcher } from "./field.ts";
import { filtered } from "./keyword.ts";
import { recallOf, settingFor, vectorAnswers } from "./recall.ts";

/** What vector search of a collection has to reach; absent: it is only reported. */
interface VectorGoals {
  readonly recall?: number;
  /** With a filter that leaves few entries. */
  readonly filteredRecall?: number;
  /** How many times faster than the scan. */
  readonly toScan: number;
  /** How much longer than LanceDB by itself, at the same recall; absent: LanceDB does not take part. */
  readonly toRaw?: number;
}

const ALL: Asking = { mode: "vector", selection: "all" };

export const clusteredVectors: Experiment = vectorSearch(LARGE, {
  recall: 0.98,
  filteredRecall: 1,
  toScan: 6,
  toRaw: 1.3,
});

export const isotropicVectors: Experiment = vectorSearch(
  { ...LARGE, shape: "isotropic" },
  { filteredRecall: 1, toScan: 6, toRaw: 1.3 },
);

export const millionVectors: Experiment = vectorSearch(MILLION, { recall: 0.95, toScan: 20 });

function vectorSearch(collection: Collection, goals: VectorGoals): Experiment {
  return {
    title: `vectors, ${describe(collection)}`,
    async run(lab) {
      await using field = new Field(lab);
      const searcher = await field.open(OURS, collection);
      const scan = await field.open(SCAN, collection);
      const rows: Row[] = [];
      lab.tell("recall");
      const truth = await vectorAnswers(scan, "all");
      const recall = recallOf(await vectorAnswers(searcher, "all"), truth);
      rows.push(recallRow(collection, "all", recall, goals.recall));
      for (const selection of goals.filteredRecall === undefined
        ? []
        : (["1%", "0.01%"] as const)) {
        const own = recallOf(
          await vectorAnswers(searcher, selection),
          await vectorAnswers(scan, selection),
        );
        rows.push(recallRow(collection, selection, own, goals.filteredRecall));
      }
      rows.push(await againstScan(collection, searcher, scan, goals.toScan, lab));
      if (goals.toRaw === undefined) return rows;
      const raw = await field.open(RAW_LANCEDB, collection);
      const setting = await settingFor(raw, recall, truth);
      const { name, effort } = setting;
      const score = await raceSearches(
        [
          { name: OURS, searcher, asking: ALL },
          { name, searcher: raw, asking: { ...ALL, ...(effort && { effort }) } },
        ],
        lab,
      );
      const figure = {
        ...figureFor(collection),
        case: "vector search, p50, at the same recall",
        better: "lower",
        unit: "ms",
        rival: `${name}: recall ${setting.recall.toFixed(3)}`,
        target: goals.toRaw,
      } as const;
      rows.push(toRow(figure, { ours: score.of(OURS), against: score.of(name) }));
      return rows;
    },
  };
}

function figureFor(collection: Collection): Pick<Figure, "suite" | "config" | "clock"> {
  return { suite: "search", config: describe(collection), clock: "wall" };
}

function recallRow(
  collection: Collection,
  selection: Selection,
  recall: number,
  target: number | undefined,
): Row {
  const figure = figureFor(collection);
  return toRow(
    {
      ...figure,
      config: `${figure.config}${filtered(selection)}`,
      case: "vector search, recall@10",
      clock: "none",
      better: "higher",
      unit: "of the nearest",
      rival: SCAN,
      ...(target !== undefined && { target }),
    },
    { ours: [recall], against: [1] },
  );
}

async function againstScan(
  collection: Collection,
  searcher: Searcher,
  scan: Searcher,
  target: number,
  lab: Lab,
): Promise<Row> {
  const score = await raceSearches(
    [
      { name: OURS, searcher, asking: ALL },
      { name: SCAN, searcher: scan, asking: ALL },
    ],
    lab,
  );
  const perSecond = (name: string): number[] => score.of(name).map((ms) => 1000 / ms);
  return toRow(
    {
      ...figureFor(collection),
      case: "vector search, by its p50",
      better: "higher",
      unit: "searches/s",
      rival: SCAN,
      target,
    },
    { ours: perSecond(OURS), against: perSecond(SCAN) },
  );
}
