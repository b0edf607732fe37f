import type { Embedder } from "@mem/core";
import { readDataSet, type DataSet } from "../data/data-set.ts";
import { serve } from "../worker-process.ts";
import type { Engine } from "./engine.ts";
import { evaluate } from "./evaluation.ts";
import { lanceDbVectors } from "./lancedb-engines.ts";
import { fillMemory } from "./mem-engine.ts";
import { langGraph } from "./peer-engines.ts";
import { rankFusion } from "./rank-fusion.ts";
import { embedderFor } from "./simulations.ts";
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

/*
 * One embedder on one set, in a separate process, so that two of them can be judged at a time.
 */

const MODES = { [KEYWORD]: "keyword", [VECTOR]: "vector", [HYBRID]: "hybrid" } as const;

const OTHERS: Readonly<
  Record<Exclude<Way, keyof typeof MODES>, (data: DataSet, embedder: Embedder) => Promise<Engine>>
> = {
  [RANK_FUSION]: rankFusion,
  [LANCEDB_VECTORS]: lanceDbVectors,
  [LANGGRAPH]: langGraph,
};

const tasks: HybridTasks = {
  async judge({ folder, set, embedder: name, ways }) {
    const data = await readDataSet(folder, set);
    const embedder = embedderFor(name, data);
    const results: { -readonly [W in Way]?: HybridResult[W] } = {};
    await using memory = await fillMemory("json", data, embedder);
    for (const way of ways) {
      await using engine = isMode(way)
        ? memory.asking({ mode: MODES[way] })
        : await OTHERS[way](data, embedder);
      results[way] = await evaluate(engine, data);
    }
    return results;
  },
};

function isMode(way: Way): way is keyof typeof MODES {
  return way in MODES;
}

serve(tasks);
