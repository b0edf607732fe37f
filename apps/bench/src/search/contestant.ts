import type { Question, Selection } from "./collection.ts";

/** What is asked of a contestant. */
export interface Asking {
  readonly mode: "keyword" | "vector" | "hybrid";
  readonly selection: Selection;
  /** Only for LanceDB by itself: how many partitions of its index are searched, and how far the hits are refined. */
  readonly effort?: Effort;
  /** Only for LanceDB by itself: candidates to be scored, with their text, instead of the ten best to be shown. */
  readonly candidates?: number;
}

export interface Effort {
  readonly partitions: number;
  readonly refined: number;
}

/** What answers questions, in a separate process. */
export interface Contestant {
  /** The keys of the best entries, best first. */
  ask(question: Question, asking: Asking): Promise<readonly string[]> | readonly string[];
}

/** The number of hits that are asked for. */
export const TOP = 10;

export const OURS = "mem";
export const RAW_LANCEDB = "LanceDB";
export const SCAN = "Float32Array scan";
