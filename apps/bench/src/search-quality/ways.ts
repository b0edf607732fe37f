import type { Evaluation } from "./evaluation.ts";

/** The ways of searching that are compared if there is an embedder. */
export const KEYWORD = "mem, keyword";
export const VECTOR = "mem, vector";
export const HYBRID = "mem, hybrid";
export const RANK_FUSION = "rank fusion (RRF) of textbook BM25 and vectors";
export const LANCEDB_VECTORS = "LanceDB vectors";
export const LANGGRAPH = "LangGraph InMemoryStore";

export type Way =
  | typeof KEYWORD
  | typeof VECTOR
  | typeof HYBRID
  | typeof RANK_FUSION
  | typeof LANCEDB_VECTORS
  | typeof LANGGRAPH;

export interface HybridTask {
  readonly folder: string;
  readonly set: string;
  readonly embedder: string;
  readonly ways: readonly Way[];
}

/** The evaluation of each way. */
export type HybridResult = Readonly<Partial<Record<Way, Evaluation>>>;

export type HybridTasks = {
  readonly judge: (task: HybridTask) => Promise<HybridResult>;
};
