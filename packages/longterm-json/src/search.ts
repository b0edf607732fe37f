import {
  isMemoryError,
  matchesFilter,
  MemoryError,
  type SearchHit,
  type SearchRequest,
  type SearchScope,
  type SearchScores,
} from "@mem/core";
import {
  borrowFromNeighbours,
  combineStatistics,
  createKeywordQuery,
  rank,
  snippet,
  type Analyzer,
} from "@mem/search";
import type { Catalog } from "./catalog.ts";
import { inSequences, scoreEntries, type ScoredEntry, type VectorQuery } from "./scored-entry.ts";
import { copyEntry } from "./stored-entry.ts";
import type { VectorStore } from "./vector-store.ts";

/** Searches a catalog, with statistics of what is searched and of nothing else. */
export class Search {
  readonly #catalog: Catalog;
  readonly #analyzer: Analyzer;
  readonly #vectors: VectorStore | undefined;

  constructor(catalog: Catalog, analyzer: Analyzer, vectors: VectorStore | undefined) {
    this.#catalog = catalog;
    this.#analyzer = analyzer;
    this.#vectors = vectors;
  }

  async search(
    scope: SearchScope,
    request: SearchRequest,
    signal: AbortSignal | undefined,
  ): Promise<SearchHit[]> {
    const { mode, filter, topK, minScore = 0 } = request;
    const vectors = await this.#vectorQuery(request, signal);
    const terms = this.#analyzer.analyzeQuery(request.text);
    const scopes = this.#catalog.searched(scope);
    const statistics = combineStatistics(scopes.map((each) => each.keywords().statistics));
    const words = mode === "vector" ? undefined : createKeywordQuery(terms, statistics);
    const found = scopes.flatMap((each) => scoreEntries(each, words, vectors));
    const ranked = request.neighbours ? borrowFromNeighbours(inSequences(found)) : found;
    // Only now, so that a filter chooses among scores and changes none.
    const chosen = ranked.filter(
      ({ stored }) => filter === undefined || matchesFilter(filter, stored.entry.metadata),
    );
    return rank(chosen, { topK, minScore, neighbours: false }).map((scored) =>
      searchHit(scored, terms, this.#analyzer, words !== undefined),
    );
  }

  /** `undefined` where the search is by keyword alone. */
  async #vectorQuery(
    { text, mode }: SearchRequest,
    signal: AbortSignal | undefined,
  ): Promise<VectorQuery | undefined> {
    if (mode === "keyword") return undefined;
    const vectors = this.#vectors;
    if (vectors === undefined) {
      if (mode === "auto") return undefined;
      throw withoutEmbedder(mode);
    }
    if (text.trim() === "") return undefined;
    try {
      const vector = await vectors.ofQuery(text, signal);
      const { weight } = vectors.embedder;
      return { vector, weight, of: ({ entry }) => vectors.of(entry.text) };
    } catch (error) {
      // The words can still be looked for, and the store's health tells that only they were.
      if (mode === "auto" && !isMemoryError(error, "MEM_ABORTED")) return undefined;
      throw error;
    }
  }
}

function withoutEmbedder(mode: string): MemoryError {
  return new MemoryError(
    "MEM_UNSUPPORTED",
    `this store has no embedder, so it can't search in mode "${mode}"; give it one, or search by keyword`,
    { path: "request.mode" },
  );
}

/** What the caller gets of an entry that was found; `terms` are those of the query. */
function searchHit(
  { stored: { entry }, scores: parts, compared }: ScoredEntry,
  terms: readonly string[],
  analyzer: Analyzer,
  byWords: boolean,
): SearchHit {
  const { keyword, vector } = parts;
  const own = Math.min(1, keyword + vector);
  // What is borrowed comes on top of the entry's own score, and only as far as to the best score there is.
  const neighbours = Math.min(parts.neighbours, 1 - own);
  const scores: SearchScores = {
    ...(byWords && { keyword }),
    ...(compared && { vector }),
    ...(neighbours > 0 && { neighbours }),
  };
  const inText = new Set(byWords ? analyzer.analyze(entry.text) : []);
  return {
    ...copyEntry(entry),
    score: own + neighbours,
    scores,
    snippet: snippet(entry.text, terms, analyzer).text,
    matched: terms.filter((term) => inText.has(term)),
  };
}
