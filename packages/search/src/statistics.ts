import type { QueryTerm } from "./query-term.ts";

/** The statistics of a scope's documents that BM25 needs. */
export interface FieldStatistics {
  /** The number of documents. */
  readonly documents: number;
  /** The sum of their lengths (`documentLength`). */
  readonly totalLength: number;
  /** The number of documents that have a term, or, for a prefix, any term that it stands for. */
  documentFrequency(term: QueryTerm): number;
}

/** Combines the statistics of several scopes that are searched as one; changes with its parts. */
export function combineStatistics(parts: readonly FieldStatistics[]): FieldStatistics {
  const sum = (count: (part: FieldStatistics) => number): number =>
    parts.reduce((total, part) => total + count(part), 0);
  return {
    get documents() {
      return sum((part) => part.documents);
    },
    get totalLength() {
      return sum((part) => part.totalLength);
    },
    documentFrequency: (term) => sum((part) => part.documentFrequency(term)),
  };
}
