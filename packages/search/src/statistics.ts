import type { QueryTerm } from "./query-term.ts";

/** What BM25 has to know about all documents of a scope. */
export interface FieldStatistics {
  /** How many documents there are. */
  readonly documents: number;
  /** The sum of their lengths (`documentLength`). */
  readonly totalLength: number;
  /** How many of them have a term; of a prefix, how many have any term that it stands for. */
  documentFrequency(term: QueryTerm): number;
}

/** The statistics of several scopes searched as one; follows its parts. */
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
