import { cosine, fuse, type Analyzer, type Score } from "@mem/search";
import type { Candidate } from "./candidates.ts";
import { searchByKeyword, type KeywordCandidate } from "./keyword-search.ts";
import type { LanceDb } from "../table/native-module.ts";
import type { Searched } from "./searched.ts";
import { toTheirEnd } from "../reading/settled.ts";
import { cosinesOf, searchByVector } from "./vector-search.ts";

/** A candidate with its score. */
export interface ScoredCandidate extends Candidate, Score {
  /** Absent where the question was not asked by vector, or the entry has none. */
  readonly cosine: number | undefined;
}

/** What a search looks for. */
export interface Question {
  /** Of `analyzeQuery`; absent in a search by vector alone. */
  readonly terms: readonly string[] | undefined;
  /** Absent in a search by keyword alone. */
  readonly vector: Float32Array | undefined;
  /** The vector's share in the score. */
  readonly weight: number;
}

/** What it takes to answer it. */
export interface Means {
  readonly lancedb: LanceDb;
  readonly analyzer: Analyzer;
}

/**
 * The entries that may answer, with their scores: all that share a word with the question, and the `window` nearest by
 * vector. Where the window does not cover the scope, both are cut to it.
 */
export async function scoreCandidates(
  searched: Searched,
  { lancedb, analyzer }: Means,
  { terms, vector, weight }: Question,
  window: number,
): Promise<ScoredCandidate[]> {
  const [found, near] = await toTheirEnd(
    terms && searchByKeyword(searched, lancedb, analyzer, terms),
    vector && searchByVector(searched, vector, window),
  );
  const cosines = new Map(near?.map((each) => [each.id, each.cosine]));
  const words =
    vector === undefined || window >= searched.totals.documents
      ? (found ?? [])
      : await withCosines(searched, vector, strongest(found ?? [], window), cosines);
  const keywords = new Map(words.map(({ id, keyword }) => [id, keyword]));
  const candidates = new Map<string, Candidate>();
  for (const candidate of [...(near ?? []), ...words]) candidates.set(candidate.id, candidate);
  return Array.from(candidates.values(), (candidate) => {
    const keyword = terms && (keywords.get(candidate.id) ?? 0);
    const compared = cosines.get(candidate.id);
    return { ...candidate, ...fuse({ keyword, cosine: compared, weight }), cosine: compared };
  });
}

function strongest(words: readonly KeywordCandidate[], limit: number): KeywordCandidate[] {
  return words.toSorted((a, b) => b.keyword - a.keyword).slice(0, limit);
}

/** Adds to `cosines` those of entries that were not among the nearest. */
async function withCosines(
  searched: Searched,
  vector: Float32Array,
  words: KeywordCandidate[],
  cosines: Map<string, number>,
): Promise<KeywordCandidate[]> {
  const missing: string[] = [];
  for (const { id, unflushed } of words) {
    if (cosines.has(id)) continue;
    const own = unflushed?.entry.vector;
    if (own !== undefined) cosines.set(id, cosine(vector, own));
    else if (unflushed === undefined) missing.push(id);
  }
  for (const [id, own] of await cosinesOf(searched, vector, missing)) cosines.set(id, own);
  return words;
}
