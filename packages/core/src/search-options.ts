import type { NamesOf } from "./checks.ts";
import type { Filter } from "./filter.ts";
import type { JsonPrimitive } from "./json.ts";
import type { MemoryType } from "./memory-type.ts";
import type { Reranker } from "./reranker.ts";
import type { SearchHit } from "./search-hit.ts";
import type { Recency, SearchMode } from "./search-request.ts";

export interface SearchOptions {
  /** Default `"long_term"`. Searching `"short_term"` rejects with `MEM_UNSUPPORTED`. */
  readonly memoryType?: MemoryType;
  /** The maximum number of hits, 1 to 1,000. Default 5. */
  readonly topK?: number;
  /** Default `"auto"`: hybrid if the store has an embedder, keyword if not. */
  readonly mode?: SearchMode;
  /** Drop hits with a lower score, both before and after a reranker judges them; from 0 to 1. Default 0. */
  readonly minScore?: number;
  /** `"all"`: only entries that contain every word of the query, except stop words. Default `"any"`. */
  readonly match?: "any" | "all";
  /** Only entries that contain each of these phrases, word after word; at most 100 phrases. */
  readonly phrases?: readonly string[];
  /** Whether the last word of the query also matches every word that begins with it. Default `false`. */
  readonly prefix?: boolean;
  /** Metadata fields that must have exactly these values. */
  readonly filterMetadata?: Readonly<Record<string, JsonPrimitive>>;
  /** A further condition on the metadata. */
  readonly filter?: Filter;
  /** Only what was stored in this workflow. Default: any. */
  readonly workflowId?: string;
  /** Whether entries in a sequence borrow score from their neighbours. Default `true`. */
  readonly neighbours?: boolean;
  /** Ranks newer entries higher. Default: age does not count. */
  readonly recency?: Recency;
  /** Whether to merge hits that say nearly the same into the best, with the others as its `duplicates`. Default `false`. */
  readonly collapse?: boolean;
  /** Scores the best hits again; if it fails, the search rejects with `MEM_UNAVAILABLE`. */
  readonly reranker?: Reranker<SearchHit>;
  readonly signal?: AbortSignal;
}

/** The options that say how to search, whatever is searched. */
export type QueryOptions = Omit<SearchOptions, "memoryType" | "workflowId" | "reranker" | "signal">;

/** The options of every search, whatever is searched. */
export const ANY_SEARCH_OPTIONS: NamesOf<Omit<SearchOptions, "memoryType" | "workflowId">> = {
  topK: true,
  mode: true,
  minScore: true,
  match: true,
  phrases: true,
  prefix: true,
  filterMetadata: true,
  filter: true,
  neighbours: true,
  recency: true,
  collapse: true,
  reranker: true,
  signal: true,
};

export const SEARCH_OPTIONS: NamesOf<SearchOptions> = {
  memoryType: true,
  ...ANY_SEARCH_OPTIONS,
  workflowId: true,
};
