import type { NamesOf } from "./checks.ts";
import type { Filter } from "./filter.ts";

/** `"auto"`: hybrid if the store has an embedder, keyword if not. */
export type SearchMode = "auto" | "keyword" | "vector" | "hybrid";

/** How strongly a search prefers newer entries. */
export interface Recency {
  /** The age in seconds at which half of the weight is lost; above 0. */
  readonly halfLife: number;
  /** The share of a score that depends on age, from 0 to 1. Default 0.3. */
  readonly weight?: number;
}

export const RECENCY: NamesOf<Recency> = { halfLife: true, weight: true };

/** A search as a store receives it. `filter`, `match` and `phrases` select among scored entries and change no score. */
export interface SearchRequest {
  readonly text: string;
  /** The maximum number of hits, 1 to 1,000. */
  readonly topK: number;
  readonly mode: SearchMode;
  /** From 0 to 1; hits with a lower score are left out. */
  readonly minScore?: number;
  readonly filter?: Filter;
  /** Whether entries borrow score from their neighbours in a sequence. */
  readonly neighbours: boolean;
  /** `"all"`: only entries that contain every word of the text, except stop words. Default `"any"`. */
  readonly match?: "any" | "all";
  /** Only entries that contain each of these phrases, word after word. */
  readonly phrases?: readonly string[];
  /** Whether the last word of the text also matches every word that begins with it. Default `false`. */
  readonly prefix?: boolean;
  /**
   * Multiplies each score by 1 - weight · (1 - 2^(-age / halfLife)), where age is the seconds since `updatedAt`: a new
   * entry keeps its score, an infinitely old one keeps 1 - weight of it. Default: age does not count.
   */
  readonly recency?: Required<Recency>;
  /** Whether to return only the best of several hits that say nearly the same. Default `false`. */
  readonly collapse?: boolean;
}
