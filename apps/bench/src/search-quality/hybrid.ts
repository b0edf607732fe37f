import { join } from "node:path";
import { SOURCES, type SetName } from "../data/sources.ts";
import { lanceDbVersion } from "../long-term/lancedb.ts";
import type { Row } from "../row.ts";
import { dataFolder, type Experiment } from "../suite.ts";
import { startWorker } from "../worker-process.ts";
import type { Evaluation } from "./evaluation.ts";
import { outsideRow, qualityRow } from "./figures.ts";
import { EMBEDDERS, TYPICAL } from "./simulations.ts";
import {
  HYBRID,
  KEYWORD,
  LANCEDB_VECTORS,
  LANGGRAPH,
  RANK_FUSION,
  VECTOR,
  type HybridResult,
  type HybridTasks,
  type Way,
} from "./ways.ts";

/** How far the fusion of two may fall behind the better one. */
const TOLERANCE = 0.005;
const LANES = 2;

/** Keyword and vector search together, for embedders from useless to excellent. */
export function hybridQuality(set: SetName): Experiment {
  return {
    title: `hybrid, ${set}`,
    async run(lab) {
      lab.tookPart("LanceDB", lanceDbVersion());
      const results = new Map<string, HybridResult>();
      const waiting = EMBEDDERS.values();
      const work = async (): Promise<void> => {
        await using worker = startWorker<HybridTasks>(
          join(import.meta.dirname, "hybrid-worker.ts"),
        );
        for (const embedder of waiting) {
          const ways = waysFor(embedder, lab.hasPeers);
          const task = { folder: dataFolder(lab), set, embedder, ways };
          results.set(embedder, await worker.ask("judge", task));
          lab.tell(`${results.size} of ${EMBEDDERS.length} embedders`);
        }
      };
      await Promise.all(Array.from({ length: LANES }, work));
      return toRows(set, results);
    },
  };
}

/** Others use the same vectors as ours, so one embedder shows what they make of them. Keyword search needs none. */
function waysFor(embedder: string, hasPeers: boolean): Way[] {
  const typical: Way[] = [KEYWORD, LANCEDB_VECTORS, ...(hasPeers ? ([LANGGRAPH] as const) : [])];
  return [VECTOR, HYBRID, RANK_FUSION, ...(embedder === TYPICAL ? typical : [])];
}

function toRows(set: SetName, results: ReadonlyMap<string, HybridResult>): Row[] {
  const words = results.get(TYPICAL)?.[KEYWORD] as Evaluation;
  const rows = EMBEDDERS.map((embedder) => {
    const { [HYBRID]: ours, ...others } = results.get(embedder) as HybridResult;
    const beside = { [KEYWORD]: words, ...others };
    const better = Math.max(words.ndcg, others[VECTOR]?.ndcg ?? 0);
    return qualityRow("nDCG@10", {
      case: "hybrid search, nDCG@10",
      config: `${set}, embedder: ${embedder}`,
      rival: `the better of keyword and vector - ${TOLERANCE}`,
      ours: ours?.ndcg ?? 0,
      against: better - TOLERANCE,
      target: 1,
      stretch: better / (better - TOLERANCE),
      peers: Object.fromEntries(Object.entries(beside).map(([way, { ndcg }]) => [way, ndcg])),
    });
  });
  if (!SOURCES[set].isScoped) return rows;
  const all = (way: Way): Evaluation[] =>
    [...results.values()].flatMap((result) => result[way] ?? []);
  const peers = ([LANCEDB_VECTORS, LANGGRAPH] as const).flatMap((way) =>
    all(way).map(({ outside }) => [way, outside] as const),
  );
  const own = ([KEYWORD, VECTOR, HYBRID] as const).flatMap(all);
  return [...rows, outsideRow(`${set}, all modes`, own, Object.fromEntries(peers))];
}
