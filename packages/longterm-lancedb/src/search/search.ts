import {
  compareCodePoints,
  matchesFilter,
  type LongTermEntry,
  type SearchHit,
  type SearchRequest,
  type SearchScope,
  type SearchScores,
} from "@mem/core";
import { snippet, type Analyzer } from "@mem/search";
import { metadataOf } from "./candidates.ts";
import { readFound } from "../reading/found-entries.ts";
import type { LanceDb } from "../table/native-module.ts";
import { keyOfId } from "../table/row.ts";
import { ScopeStatistics } from "./scope-statistics.ts";
import { scoreCandidates, type Means, type ScoredCandidate } from "./scored-candidates.ts";
import { surveyScope, type Searched } from "./searched.ts";
import { borrowInSequences } from "./sequences.ts";
import type { View } from "../reading/view.ts";

/** Up to here every vector of the scope is compared; above, those that the index takes for near. */
const EXACT_ENTRIES = 20_000;
/** In larger scopes: how many candidates are looked at for each wanted hit, and how many at least. */
const CANDIDATES_PER_HIT = 10;
const FEWEST_CANDIDATES = 1_000;

/** How a search is made, once its mode is settled. */
export interface SearchPlan {
  readonly scope: SearchScope;
  /** Whether words count: in every search but one by vector alone. */
  readonly byKeyword: boolean;
  /** Of the text; absent in a search by keyword alone. */
  readonly vector?: Float32Array;
  /** The vector's share in the score. */
  readonly weight: number;
}

/** Finds and ranks entries. LanceDB finds candidates; the scores are those of `@mem/search`. */
export class Search {
  readonly #means: Means;
  readonly #statistics: ScopeStatistics;

  constructor(lancedb: LanceDb, analyzer: Analyzer) {
    this.#means = { lancedb, analyzer };
    this.#statistics = new ScopeStatistics(analyzer);
  }

  /** The best hits, all of one state of the store. */
  async hits(view: View, plan: SearchPlan, request: SearchRequest): Promise<SearchHit[]> {
    const { byKeyword, scope } = plan;
    const terms = this.#means.analyzer.analyzeQuery(request.text);
    const withMetadata = request.filter !== undefined;
    const searched = await surveyScope(view, scope, this.#statistics, withMetadata);
    const ranked = await this.#rank(searched, plan, request, terms);
    const entries = await readFound(view, scope, ranked);
    return ranked.flatMap((candidate) => {
      const entry = entries.get(candidate.id);
      return entry === undefined ? [] : [this.#toHit(candidate, entry, terms, byKeyword)];
    });
  }

  async #rank(
    searched: Searched,
    { byKeyword, vector, weight }: SearchPlan,
    request: SearchRequest,
    terms: readonly string[],
  ): Promise<ScoredCandidate[]> {
    const question = { terms: byKeyword ? terms : undefined, vector, weight };
    const { documents } = searched.totals;
    let window =
      documents <= EXACT_ENTRIES
        ? documents
        : Math.max(FEWEST_CANDIDATES, CANDIDATES_PER_HIT * request.topK);
    for (; ; window *= 4) {
      const found = await scoreCandidates(searched, this.#means, question, window);
      const scored = request.neighbours ? await borrowInSequences(searched, found) : found;
      const best = rankCandidates(scored, request);
      const complete = vector === undefined || window >= documents;
      if (complete || !searched.withMetadata || best.length === request.topK) return best;
    }
  }

  #toHit(
    candidate: ScoredCandidate,
    entry: LongTermEntry,
    terms: readonly string[],
    byKeyword: boolean,
  ): SearchHit {
    const own = new Set(byKeyword ? this.#means.analyzer.analyze(entry.text) : []);
    return {
      ...entry,
      ...scoresOf(candidate, byKeyword),
      snippet: snippet(entry.text, terms, this.#means.analyzer).text,
      matched: terms.filter((term) => own.has(term)),
    };
  }
}

/** The filter chooses among scored candidates, so that it changes no score. */
function rankCandidates(
  candidates: readonly ScoredCandidate[],
  { topK, minScore = 0, filter }: SearchRequest,
): ScoredCandidate[] {
  return candidates
    .filter(
      (candidate) =>
        candidate.score > 0 &&
        candidate.score >= minScore &&
        (filter === undefined || matchesFilter(filter, metadataOf(candidate))),
    )
    .toSorted((a, b) => b.score - a.score || compareKeys(a.id, b.id))
    .slice(0, topK);
}

function compareKeys(a: string, b: string): number {
  return compareCodePoints(keyOfId(a), keyOfId(b)) || compareCodePoints(a, b);
}

/** The score and those of its parts that the search looked at. */
function scoresOf(
  { scores: { keyword, vector, neighbours }, cosine }: ScoredCandidate,
  byKeyword: boolean,
): { readonly score: number; readonly scores: SearchScores } {
  const own = Math.min(1, keyword + vector);
  // What is borrowed lifts a score as far as to the best there is.
  const borrowed = Math.min(neighbours, 1 - own);
  return {
    score: own + borrowed,
    scores: {
      ...(byKeyword && { keyword }),
      ...(cosine !== undefined && { vector }),
      ...(borrowed > 0 && { neighbours: borrowed }),
    },
  };
}
