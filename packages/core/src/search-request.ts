import type { Filter } from "./filter.ts";

/** `"auto"`: hybrid where the store has an embedder, keyword otherwise. */
export type SearchMode = "auto" | "keyword" | "vector" | "hybrid";

/** How much newer entries come before older ones. */
export interface Recency {
  /** After so many seconds half of the weight is lost; above 0. */
  readonly halfLife: number;
  /** How much of a score is up to the age, from 0 to 1. Default 0.3. */
  readonly weight?: number;
}

/** What a store is asked. `filter`, `match` and `phrases` choose among scored entries and change no score. */
export interface SearchRequest {
  readonly text: string;
  /** How many hits at most, 1 to 1,000. */
  readonly topK: number;
  readonly mode: SearchMode;
  /** From 0 to 1; hits below are left out. */
  readonly minScore?: number;
  readonly filter?: Filter;
  /** Whether entries borrow score from their neighbours in a sequence. */
  readonly neighbours: boolean;
  /** `"all"`: only entries that have every word of the text, stop words aside. Default `"any"`. */
  readonly match?: "any" | "all";
  /** Only entries that have each of these, word after word. */
  readonly phrases?: readonly string[];
  /** Whether the last word of the text also stands for every word that begins with it. Default `false`. */
  readonly prefix?: boolean;
  /**
   * A score is multiplied by 1 - weight · (1 - 2^(-age / halfLife)), the age being the seconds since `updatedAt`: an
   * entry of now keeps it, one of endless age keeps 1 - weight of it. Default: age does not count.
   */
  readonly recency?: Required<Recency>;
  /** Whether hits that say nearly the same are left out, but for the best of them. Default `false`. */
  readonly collapse?: boolean;
}
