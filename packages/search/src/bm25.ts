import type { QueryTerm } from "./query-term.ts";
import type { FieldStatistics } from "./statistics.ts";
import type { TermCounts } from "./term-counter.ts";

/** How soon further occurrences of a term stop counting. */
const K1 = 1.2;
/** How much a text that is longer than the average is penalised. */
const B = 0.75;

/** A query weighted by the statistics of the scope that it searches. */
export interface KeywordQuery {
  /** The terms of `analyzeQuery`. */
  readonly terms: readonly QueryTerm[];
  /** The most that each term can add to a score: idf · (k1 + 1). */
  readonly weights: readonly number[];
  /** The BM25 score that no document can exceed: the sum of the weights. */
  readonly upperBound: number;
  /** The mean length of the scope's documents, in terms. */
  readonly averageLength: number;
}

/**
 * Weights the terms of `analyzeQuery` by how rare they are in a scope. The result is a snapshot:
 * documents stored afterwards do not change it.
 */
export function createKeywordQuery(
  terms: readonly QueryTerm[],
  statistics: FieldStatistics,
): KeywordQuery {
  const { documents, totalLength } = statistics;
  const weights = terms.map((term) => {
    const having = statistics.documentFrequency(term);
    return Math.log(1 + (documents - having + 0.5) / (having + 0.5)) * (K1 + 1);
  });
  const upperBound = weights.reduce((sum, weight) => sum + weight, 0);
  const averageLength = documents === 0 ? 0 : totalLength / documents;
  return { terms, weights, upperBound, averageLength };
}

/**
 * Scores a document, given as the counts of the query's terms, by BM25 as a share of the query's upper
 * bound, from 0 to 1. Multiply by `query.upperBound` for the plain BM25 score.
 *
 * BM25 is the sum over the query's terms of idf · f · (k1 + 1) / (f + k1 · (1 - b + b · length / mean)),
 * f being how often the document has the term: Robertson and Zaragoza, "The Probabilistic Relevance
 * Framework: BM25 and Beyond" (2009), with k1 = 1.2 and b = 0.75, and with the idf of Lucene, which is
 * never negative: ln(1 + (N - n + 0.5) / (n + 0.5)) for n of N documents that have the term. Stop
 * words do not count for the length.
 */
export function scoreKeyword(query: KeywordQuery, { frequencies, length }: TermCounts): number {
  const saturation = saturationOf(length, query);
  let sum = 0;
  for (const [at, weight] of query.weights.entries()) {
    sum += termScore(weight, frequencies[at] ?? 0, saturation);
  }
  return sum / query.upperBound;
}

/** What a term adds to the score of a document that has it `frequency` times; below its weight. */
export function termScore(weight: number, frequency: number, saturation: number): number {
  return weight * (frequency / (frequency + saturation));
}

/** The frequency at which a term adds half its weight: higher in longer documents. */
export function saturationOf(length: number, { averageLength }: KeywordQuery): number {
  return K1 * (1 - B + B * (averageLength === 0 ? 1 : length / averageLength));
}
