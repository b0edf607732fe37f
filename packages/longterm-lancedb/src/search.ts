import type { Table } from "@lancedb/lancedb";
import {
  compareCodePoints,
  matchesFilter,
  type LongTermEntry,
  type SearchHit,
  type SearchRequest,
  type SearchScores,
} from "@mem/core";
import { snippet, type Analyzer } from "@mem/search";
import type { Database } from "./database.ts";
import { parseMetadata, toEntry } from "./row-conversion.ts";
import { readEntries } from "./row-queries.ts";
import { keyOfId } from "./row.ts";
import { ScopeStatistics } from "./scope-statistics.ts";
import { scoreCandidates, type ScoredCandidate } from "./scored-candidates.ts";
import { borrowInSequences } from "./sequences.ts";

/** Up to here every vector of the scope is compared; above, those that the index takes for near. */
const EXACT_ROWS = 20_000;
/** In larger scopes: how many candidates are looked at for each wanted hit, and how many at least. */
const CANDIDATES_PER_HIT = 10;
const FEWEST_CANDIDATES = 1_000;

/** How a search is made, once its mode is settled. */
export interface SearchPlan {
  /** SQL. */
  readonly scope: string;
  /** Whether words count: in every search but one by vector alone. */
  readonly byKeyword: boolean;
  /** Of the text; absent in a search by keyword alone. */
  readonly vector?: Float32Array;
  /** The vector's share in the score. */
  readonly weight: number;
}

/** Finds and ranks entries. LanceDB finds candidates; the scores are those of `@mem/search`. */
export class Search {
  readonly #database: Database;
  readonly #analyzer: Analyzer;
  readonly #statistics = new ScopeStatistics();

  constructor(database: Database, analyzer: Analyzer) {
    this.#database = database;
    this.#analyzer = analyzer;
  }

  /** The best hits, all of one state of the store. */
  hits(plan: SearchPlan, request: SearchRequest): Promise<SearchHit[]> {
    const terms = this.#analyzer.analyzeQuery(request.text);
    return this.#database.snapshot(async (table) => {
      const ranked = await this.#rank(table, plan, request, terms);
      const rows = await readEntries(
        table,
        ranked.map(({ id }) => id),
      );
      return ranked.flatMap((candidate) => {
        const row = rows.get(candidate.id);
        return row === undefined
          ? []
          : [this.#toHit(candidate, toEntry(row), terms, plan.byKeyword)];
      });
    });
  }

  async #rank(
    table: Table,
    { scope, byKeyword, vector, weight }: SearchPlan,
    request: SearchRequest,
    terms: readonly string[],
  ): Promise<ScoredCandidate[]> {
    const withMetadata = request.filter !== undefined;
    const question = { scope, terms: byKeyword ? terms : undefined, vector, weight, withMetadata };
    const { lancedb } = this.#database.modules;
    const totals = await this.#statistics.of(table, scope);
    const { documents } = totals;
    let window =
      documents <= EXACT_ROWS
        ? documents
        : Math.max(FEWEST_CANDIDATES, CANDIDATES_PER_HIT * request.topK);
    for (; ; window *= 4) {
      const found = await scoreCandidates(table, lancedb, question, totals, window);
      const scored = request.neighbours
        ? await borrowInSequences(table, scope, found, withMetadata)
        : found;
      const best = rankCandidates(scored, request);
      const complete = vector === undefined || window >= documents;
      if (complete || !withMetadata || best.length === request.topK) return best;
    }
  }

  #toHit(
    candidate: ScoredCandidate,
    entry: LongTermEntry,
    terms: readonly string[],
    byKeyword: boolean,
  ): SearchHit {
    const own = new Set(byKeyword ? this.#analyzer.analyze(entry.text) : []);
    return {
      ...entry,
      ...scoresOf(candidate, byKeyword),
      snippet: snippet(entry.text, terms, this.#analyzer).text,
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
      ({ score, metadata }) =>
        score > 0 &&
        score >= minScore &&
        (filter === undefined || matchesFilter(filter, parseMetadata(metadata))),
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
