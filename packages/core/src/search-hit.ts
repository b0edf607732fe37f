import type { EntryPlace, LongTermEntry } from "./entry.ts";

/** The parts of a score. Apart from rounding they add up to it; a part that did not count is absent. */
export interface SearchScores {
  /** From 0 to 1. */
  readonly keyword?: number;
  /** From 0 to 1. */
  readonly vector?: number;
  /** Borrowed from neighbours, from 0 to 1. */
  readonly neighbours?: number;
  /** Lost through age, from -1 to 0. */
  readonly recency?: number;
  /** Added or taken away by a reranker, from -1 to 1. */
  readonly reranker?: number;
}

/** A part of an entry's text; `start` and `end` are in UTF-16 code units. */
export interface Passage {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** The Markdown headings above it, outermost first; empty for plain text. */
  readonly headings: readonly string[];
}

export interface SearchHit extends LongTermEntry {
  /** From 0 to 1, comparable between queries. Borrowed score beyond 1 still counts for the rank. */
  readonly score: number;
  readonly scores: SearchScores;
  /** The part of `text` that best answers the query, divided along the text's structure; all of a short text. */
  readonly passage: Passage;
  /** A few words of the passage that show why the entry was found. */
  readonly snippet: string;
  /** The words of the query that were found, in the form in which they are indexed. */
  readonly matched: readonly string[];
  /** Hits that say nearly the same, best first, if the search collapsed them. */
  readonly duplicates?: readonly EntryPlace[];
}
