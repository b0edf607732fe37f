import type { FieldStatistics } from "./statistics.ts";
import { isStopTerm } from "./term.ts";

/** How soon further occurrences of a term stop counting. */
const K1 = 1.2;
/** How far a text that is longer than the average is held back. */
const B = 0.75;

/** A query weighed by the statistics of the scope that it searches. */
export interface KeywordQuery {
  /** The distinct terms, each with the most that it can add to a score: idf · (k1 + 1). */
  readonly weights: ReadonlyMap<string, number>;
  /** The BM25 score that no document can exceed: the sum of the weights. */
  readonly upperBound: number;
  /** Whether any one of the terms makes a document a match, or only all together. */
  readonly match: "any" | "all";
  /** The mean length of the scope's documents, in terms. */
  readonly averageLength: number;
}

/**
 * Weighs the terms of `analyzeQuery` by how rare they are in a scope. The result is a value: what is
 * stored afterwards does not change it.
 */
export function createKeywordQuery(
  terms: Iterable<string>,
  statistics: FieldStatistics,
  { match = "any" }: { match?: "any" | "all" } = {},
): KeywordQuery {
  const { documents, totalLength } = statistics;
  const weights = new Map<string, number>();
  let upperBound = 0;
  for (const term of new Set(terms)) {
    const having = statistics.documentFrequency(term);
    const weight = Math.log(1 + (documents - having + 0.5) / (having + 0.5)) * (K1 + 1);
    weights.set(term, weight);
    upperBound += weight;
  }
  const averageLength = documents === 0 ? 0 : totalLength / documents;
  return { weights, upperBound, match, averageLength };
}

/**
 * Scores a document, given as the terms of `analyze`, by BM25 as a share of the query's upper bound:
 * from 0, not a match, to 1. Times `query.upperBound` it is the plain BM25 score.
 *
 * BM25 is the sum over the query's terms of idf · f · (k1 + 1) / (f + k1 · (1 - b + b · length / mean)),
 * f being how often the document has the term: Robertson and Zaragoza, "The Probabilistic Relevance
 * Framework: BM25 and Beyond" (2009), with k1 = 1.2 and b = 0.75, and with the idf of Lucene, which is
 * never negative: ln(1 + (N - n + 0.5) / (n + 0.5)) for n of N documents that have the term. Stop
 * words do not count for the length.
 */
export function scoreKeyword(query: KeywordQuery, documentTerms: Iterable<string>): number {
  const frequencies = new Map<string, number>();
  let length = 0;
  for (const term of documentTerms) {
    if (!isStopTerm(term)) length += 1;
    if (query.weights.has(term)) frequencies.set(term, (frequencies.get(term) ?? 0) + 1);
  }
  const { weights, match } = query;
  if (frequencies.size === 0) return 0;
  if (match === "all" && frequencies.size < weights.size) return 0;
  const saturation = saturationOf(length, query);
  let sum = 0;
  for (const [term, weight] of weights) {
    sum += termScore(weight, frequencies.get(term) ?? 0, saturation);
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
