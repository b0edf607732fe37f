import type { Table } from "@lancedb/lancedb";
import { fuse, type Score } from "@mem/search";
import type { Candidate } from "./candidates.ts";
import { searchByKeyword, type KeywordCandidate } from "./keyword-search.ts";
import type { LanceDb } from "./native-module.ts";
import type { ScopeTotals } from "./scope-statistics.ts";
import { cosinesOf, searchByVector } from "./vector-search.ts";

/** A candidate with its score. */
export interface ScoredCandidate extends Candidate, Score {
  /** Absent where the question was not asked by vector, or the row has none. */
  readonly cosine: number | undefined;
}

/** What a search looks for. */
export interface Question {
  /** SQL. */
  readonly scope: string;
  /** Of `analyzeQuery`; absent in a search by vector alone. */
  readonly terms: readonly string[] | undefined;
  /** Absent in a search by keyword alone. */
  readonly vector: Float32Array | undefined;
  /** The vector's share in the score. */
  readonly weight: number;
  readonly withMetadata: boolean;
}

/**
 * The rows of the scope that may answer, with their scores: all that share a word with the question, and the `window`
 * nearest by vector. Where the window does not cover the scope, both are cut to it.
 */
export async function scoreCandidates(
  table: Table,
  lancedb: LanceDb,
  question: Question,
  totals: ScopeTotals,
  window: number,
): Promise<ScoredCandidate[]> {
  const { scope, terms, vector, weight, withMetadata } = question;
  const whole = window >= totals.documents;
  // Both to their end, also where one fails: a table can't be closed while a query runs on it.
  const [byWord, byVector] = await Promise.allSettled([
    terms && searchByKeyword(table, lancedb, { scope, terms, totals, withMetadata }),
    vector && searchByVector(table, { scope, vector, limit: window, exact: whole, withMetadata }),
  ]);
  const found = resultOf(byWord);
  const near = resultOf(byVector);
  const cosines = new Map(near?.map(({ id, cosine }) => [id, cosine]));
  const words =
    vector === undefined || whole
      ? (found ?? [])
      : await withCosines(table, vector, strongest(found ?? [], window), cosines);
  const keywords = new Map(words.map(({ id, keyword }) => [id, keyword]));
  const candidates = new Map<string, Candidate>();
  for (const candidate of [...(near ?? []), ...words]) candidates.set(candidate.id, candidate);
  return Array.from(candidates.values(), (candidate) => {
    const keyword = terms && (keywords.get(candidate.id) ?? 0);
    const cosine = cosines.get(candidate.id);
    return { ...candidate, ...fuse({ keyword, cosine, weight }), cosine };
  });
}

function strongest(words: readonly KeywordCandidate[], limit: number): KeywordCandidate[] {
  return words.toSorted((a, b) => b.keyword - a.keyword).slice(0, limit);
}

/** Adds to `cosines` those of rows that were not among the nearest. */
async function withCosines(
  table: Table,
  vector: Float32Array,
  words: KeywordCandidate[],
  cosines: Map<string, number>,
): Promise<KeywordCandidate[]> {
  const missing = words.flatMap(({ id }) => (cosines.has(id) ? [] : [id]));
  for (const [id, cosine] of await cosinesOf(table, vector, missing)) cosines.set(id, cosine);
  return words;
}

function resultOf<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === "rejected") throw settled.reason;
  return settled.value;
}
