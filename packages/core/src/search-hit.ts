import type { EntryPlace, LongTermEntry } from "./entry.ts";

/** The parts of a score. They add up to it, but for rounding; what did not count is absent. */
export interface SearchScores {
  /** From 0 to 1. */
  readonly keyword?: number;
  /** From 0 to 1. */
  readonly vector?: number;
  /** What was borrowed from neighbours, from 0 to 1. */
  readonly neighbours?: number;
  /** What was lost by age, from -1 to 0. */
  readonly recency?: number;
  /** What a reranker added or took away, from -1 to 1. */
  readonly reranker?: number;
}

/** A stretch of an entry's text, in UTF-16 code units. */
export interface Passage {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** The Markdown headings above it, outermost first; none in plain text. */
  readonly headings: readonly string[];
}

export interface SearchHit extends LongTermEntry {
  /** From 0 to 1, comparable between queries. What a strong entry borrows beyond 1 still counts for its rank. */
  readonly score: number;
  readonly scores: SearchScores;
  /** The part of `text` that answers best, as its structure divides it; of a short text all of it. */
  readonly passage: Passage;
  /** The few words of the passage that show why it was found. */
  readonly snippet: string;
  /** The words of the query that were found, as they are indexed. */
  readonly matched: readonly string[];
  /** Those that say nearly the same, best first, where the search collapsed them. */
  readonly duplicates?: readonly EntryPlace[];
}
