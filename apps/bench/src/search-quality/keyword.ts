import { readDataSet, type DataSet } from "../data/data-set.ts";
import type { SetName } from "../data/sources.ts";
import { lanceDbVersion } from "../long-term/lancedb.ts";
import type { Row } from "../row.ts";
import { dataFolder, type Experiment, type Lab } from "../suite.ts";
import type { Engine } from "./engine.ts";
import { evaluate, type Evaluation } from "./evaluation.ts";
import { outsideRow, qualityRow } from "./figures.ts";
import { lanceDbFullText } from "./lancedb-engines.ts";
import { fillMemory } from "./mem-engine.ts";
import type { Quality } from "./metrics.ts";
import { miniSearch, orama } from "./peer-engines.ts";
import { textbookBm25 } from "./textbook.ts";

/** What the nDCG@10 of keyword search has to reach, and its stretch goal. */
export interface KeywordGoals {
  readonly alone: Goal;
  /** With entries that borrow from their neighbours; only for sets that have an order. */
  readonly inSequence?: Goal;
}

interface Goal {
  readonly target: number;
  readonly stretch: number;
}

/** The evaluations, by the name of what answered. */
type Results = Map<string, Evaluation>;

/** How our stores were queried. */
type How = "entries alone" | "with sequences";

const TEXTBOOK = "textbook BM25";
const STORES = { lancedb: "mem, LanceDB store", json: "mem, JSON store" } as const;

/** Keyword search without a model, compared with a textbook implementation and others. */
export function keywordQuality(name: SetName, goals: KeywordGoals): Experiment {
  return {
    title: `keyword, ${name}`,
    async run(lab) {
      lab.tookPart("LanceDB", lanceDbVersion());
      const data = await readDataSet(dataFolder(lab), name);
      const others = await judgeOthers(data, lab);
      const alone: Results = new Map();
      const inSequence: Results = new Map();
      for (const store of ["lancedb", "json"] as const) {
        const own = STORES[store];
        lab.tell(`filling ${own}`);
        await using memory = await fillMemory(store, data);
        const words = memory.asking({ mode: "keyword", neighbours: false });
        alone.set(own, await judge(own, words, data, lab));
        if (!data.isScoped) continue;
        const borrowing = memory.asking({ mode: "keyword" });
        inSequence.set(own, await judge(own, borrowing, data, lab));
      }
      return [
        ...toRows(name, "entries alone", goals.alone, alone, others),
        ...(goals.inSequence === undefined
          ? []
          : toRows(name, "with sequences", goals.inSequence, inSequence, others)),
        ...(data.isScoped
          ? [outsideRow(`${name}, keyword`, [...alone.values(), ...inSequence.values()])]
          : []),
      ];
    },
  };
}

async function judgeOthers(data: DataSet, lab: Lab): Promise<Results> {
  const results: Results = new Map();
  const makers: Readonly<Record<string, (data: DataSet) => Promise<Engine>>> = {
    [TEXTBOOK]: async (own) => textbookBm25(own),
    "LanceDB full-text": lanceDbFullText,
    ...(lab.hasPeers && { MiniSearch: miniSearch, Orama: orama }),
  };
  for (const [name, make] of Object.entries(makers)) {
    await using engine = await make(data);
    results.set(name, await judge(name, engine, data, lab));
  }
  return results;
}

async function judge(name: string, engine: Engine, data: DataSet, lab: Lab): Promise<Evaluation> {
  const of = data.queries.length;
  return evaluate(engine, data, (done) => lab.tell(`${name}: ${done} of ${of} queries`));
}

function toRows(set: SetName, how: How, goal: Goal, own: Results, others: Results): Row[] {
  const ours = own.get(STORES.lancedb) as Evaluation;
  const textbook = others.get(TEXTBOOK) as Evaluation;
  const config = `${set}, ${how}`;
  const beside = (what: keyof Quality, besides: string): Record<string, number> =>
    Object.fromEntries(
      [...others, [STORES.json, own.get(STORES.json) as Evaluation] as const]
        .filter(([name]) => name !== besides)
        .map(([name, evaluation]) => [name, evaluation[what]]),
    );
  const compare = (unit: string, what: "recall" | "reciprocalRank"): Row =>
    qualityRow(unit, {
      case: `keyword search, ${unit}`,
      config,
      rival: TEXTBOOK,
      ours: ours[what],
      against: textbook[what],
      peers: beside(what, TEXTBOOK),
    });
  const ndcg = qualityRow("nDCG@10", {
    case: "keyword search, nDCG@10",
    config,
    rival: "the limit set",
    ours: ours.ndcg,
    against: goal.target,
    target: 1,
    stretch: goal.stretch / goal.target,
    peers: beside("ndcg", ""),
  });
  return [ndcg, compare("recall@10", "recall"), compare("MRR@10", "reciprocalRank")];
}
