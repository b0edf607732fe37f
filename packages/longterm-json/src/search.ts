import {
  isMemoryError,
  matchesFilter,
  MemoryError,
  type Clock,
  type SearchHit,
  type SearchRequest,
  type SearchScope,
} from "@mem/core";
import {
  borrowFromNeighbours,
  combineStatistics,
  createCollapse,
  createKeywordQuery,
  createWordConditions,
  excerpt,
  finalScore,
  rank,
  recencyFactor,
  type Analyzer,
  type Collapsed,
  type KeywordQuery,
} from "@mem/search";
import type { Catalog } from "./catalog.ts";
import { inSequences, scoreEntries, type ScoredEntry, type VectorQuery } from "./scored-entry.ts";
import { copyEntry, entryPlace } from "./stored-entry.ts";
import type { Vectors } from "./vectors.ts";

/** Searches a catalog, with statistics of only what is searched. */
export class Search {
  readonly #catalog: Catalog;
  readonly #analyzer: Analyzer;
  readonly #vectors: Vectors;
  readonly #clock: Clock;

  constructor(catalog: Catalog, analyzer: Analyzer, vectors: Vectors, clock: Clock) {
    this.#catalog = catalog;
    this.#analyzer = analyzer;
    this.#vectors = vectors;
    this.#clock = clock;
  }

  async search(
    scope: SearchScope,
    request: SearchRequest,
    signal: AbortSignal | undefined,
  ): Promise<SearchHit[]> {
    const { text, mode, prefix = false, topK, recency, collapse } = request;
    const vectors = await this.#vectorQuery(request, signal);
    const scopes = this.#catalog.searched(scope);
    const statistics = combineStatistics(scopes.map((each) => each.keywords().statistics));
    const terms = this.#analyzer.analyzeQuery(text, { prefix });
    const words = mode === "vector" ? undefined : createKeywordQuery(terms, statistics);
    const found = scoreEntries(scopes, words, vectors);
    const scored = request.neighbours ? borrowFromNeighbours(inSequences(found)) : found;
    const now = this.#clock.now();
    const factorOf = ({ stored }: ScoredEntry): number | undefined =>
      recency && recencyFactor(recency, now - stored.entry.updatedAt);
    const ranked = rank(this.#choose(scored, request), {
      topK: collapse === true ? Number.POSITIVE_INFINITY : topK,
      minScore: request.minScore,
      neighbours: false,
      recency: factorOf,
    });
    const distinct = collapse === true ? this.#collapse(ranked, topK) : ranked.map(alone);
    return distinct.map((each) => this.#toHit(each, words, factorOf(each.hit)));
  }

  /** Applied when all are scored, so that choosing entries does not change any score. */
  #choose(scored: readonly ScoredEntry[], request: SearchRequest): ScoredEntry[] {
    const { filter } = request;
    const conditions = createWordConditions(request, this.#analyzer);
    return scored.filter(
      ({ stored: { entry } }) =>
        (filter === undefined || matchesFilter(filter, entry.metadata)) &&
        (conditions === undefined || conditions.meets(this.#analyzer.analyze(entry.text))),
    );
  }

  #collapse(ranked: readonly ScoredEntry[], topK: number): readonly Collapsed<ScoredEntry>[] {
    const collapse = createCollapse<ScoredEntry>(topK);
    for (const hit of ranked) {
      if (!collapse.offer(hit, this.#analyzer.analyze(hit.stored.entry.text))) break;
    }
    return collapse.kept;
  }

  #toHit(
    { hit: { stored, scores, nearest }, duplicates }: Collapsed<ScoredEntry>,
    query: KeywordQuery | undefined,
    recency: number | undefined,
  ): SearchHit {
    const basis = { keyword: query !== undefined, vector: nearest !== undefined, recency };
    return {
      ...copyEntry(stored.entry),
      ...finalScore(scores, basis),
      ...excerpt({ text: stored.entry.text, analyzer: this.#analyzer, query, nearest }),
      ...(duplicates.length > 0 && {
        duplicates: duplicates.map((duplicate) => entryPlace(duplicate.stored)),
      }),
    };
  }

  /** `undefined` if the search is by keyword only. */
  async #vectorQuery(
    { text, mode }: SearchRequest,
    signal: AbortSignal | undefined,
  ): Promise<VectorQuery | undefined> {
    if (mode === "keyword") return undefined;
    const vectors = mode === "auto" ? this.#vectors.current : this.#vectors.usable;
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
      // The search goes on by keyword, and the store's health says so.
      if (mode === "auto" && !isMemoryError(error, "MEM_ABORTED")) return undefined;
      throw error;
    }
  }
}

function alone(hit: ScoredEntry): Collapsed<ScoredEntry> {
  return { hit, duplicates: [] };
}

function withoutEmbedder(mode: string): MemoryError {
  return new MemoryError(
    "MEM_UNSUPPORTED",
    `this store has no embedder, so it can't search in mode "${mode}"; give it one, or search by keyword`,
    { path: "request.mode" },
  );
}
