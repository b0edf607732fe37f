import type { Question, Selection } from "./collection.ts";

/** What is asked of a contestant. */
export interface Asking {
  readonly mode: "keyword" | "vector" | "hybrid";
  readonly selection: Selection;
  /** Of LanceDB by itself alone: how many partitions of its index are looked into, and how far the found are refined. */
  readonly effort?: Effort;
  /** Of LanceDB by itself alone: candidates to be scored, with their text, instead of the ten best to be shown. */
  readonly candidates?: number;
}

export interface Effort {
  readonly partitions: number;
  readonly refined: number;
}

/** Who answers questions, in a process of its own. */
export interface Contestant {
  /** The keys of the best entries, best first. */
  ask(question: Question, asking: Asking): Promise<readonly string[]> | readonly string[];
}

/** How many are asked for. */
export const TOP = 10;

export const OURS = "mem";
export const RAW_LANCEDB = "LanceDB";
export const SCAN = "Float32Array scan";
