import { throwIfAborted, type SearchHit, type SearchRequest } from "@mem/core";
import type { Analyzer, Collapsed, KeywordQuery } from "@mem/search";
import { DocumentFrequencies } from "./document-frequencies.ts";
import { scoreAll } from "./exhaustive-search.ts";
import { readFound, refuseStrangers } from "../reading/found-entries.ts";
import { toHit } from "./hits.ts";
import type { LanceDb } from "../table/native-module.ts";
import { Question, type Scored, type SearchPlan } from "./question.ts";
import { ScopeStatistics } from "./scope-statistics.ts";
import { hasPassages, hasSequences, surveyScope, type Searched } from "./searched.ts";
import { select } from "./selection.ts";
import { borrowFromAll, borrowInWindow, withBorrowed } from "./sequences.ts";
import type { View } from "../reading/view.ts";
import { WindowSearch } from "./window-search.ts";

/** Up to this size, every entry of the scope is looked at; above it, those that the indexes rank best. */
const EXHAUSTIVE_ENTRIES = 20_000;
/** After this many, a search continues only to find enough hits, not because others might be better. */
const ENOUGH = 1_000;

/** From this many candidates with vectors on, the rest is scanned instead of requesting longer lists. */
const LONG = 3_000;

/** What was chosen, best first. */
interface Ranked {
  readonly best: readonly Collapsed<Scored>[];
  readonly query: KeywordQuery | undefined;
}

/** Finds and ranks entries. LanceDB finds candidates; the scores are those of `@mem/search`. */
export class Search {
  readonly #lancedb: LanceDb;
  readonly #analyzer: Analyzer;
  readonly #statistics: ScopeStatistics;
  readonly #frequencies: DocumentFrequencies;
  readonly #exhaustive: number;

  /** `exhaustive`: the size of the largest scope of which every entry is looked at. */
  constructor(lancedb: LanceDb, analyzer: Analyzer, exhaustive: number = EXHAUSTIVE_ENTRIES) {
    this.#lancedb = lancedb;
    this.#analyzer = analyzer;
    this.#statistics = new ScopeStatistics(analyzer);
    this.#frequencies = new DocumentFrequencies(lancedb);
    this.#exhaustive = exhaustive;
  }

  /** The best hits, all from one state of the store. Rejects with `MEM_ABORTED` if the signal fires between queries. */
  async hits(
    view: View,
    plan: SearchPlan,
    request: SearchRequest,
    signal?: AbortSignal,
  ): Promise<SearchHit[]> {
    const question = new Question(plan, request, this.#analyzer);
    const searched = await surveyScope(view, plan.scope, this.#statistics);
    throwIfAborted(signal);
    const isSmall = searched.totals.documents <= this.#exhaustive;
    const { best, query } = await (isSmall
      ? this.#rankAll(searched, question)
      : this.#rankWindow(searched, question, signal));
    throwIfAborted(signal);
    const shown = best.flatMap(({ hit, duplicates }) => [hit, ...duplicates]);
    refuseStrangers(
      plan.scope,
      shown.map(({ candidate }) => candidate),
    );
    const found = best.map(({ hit: { candidate, near } }) => ({
      candidate,
      isCompared: near !== undefined,
    }));
    const entries = await readFound(view, found);
    return best.flatMap((each) => {
      const entry = entries.get(each.hit.candidate.id);
      return entry === undefined ? [] : [toHit(each, entry, question, query, this.#analyzer)];
    });
  }

  async #rankAll(searched: Searched, question: Question): Promise<Ranked> {
    const { scored, query } = await scoreAll(searched, question, this.#lancedb);
    const { neighbours } = question.request;
    const borrowed = neighbours ? await borrowFromAll(searched, question, scored) : scored;
    return { best: select(question, borrowed), query };
  }

  async #rankWindow(
    searched: Searched,
    question: Question,
    signal: AbortSignal | undefined,
  ): Promise<Ranked> {
    const { neighbours, topK, minScore = 0 } = question.request;
    const borrows = neighbours && (await hasSequences(searched));
    const means = {
      lancedb: this.#lancedb,
      frequencies: this.#frequencies,
      borrows,
      hasPassages: question.vector !== undefined && (await hasPassages(searched)),
    };
    const window = new WindowSearch(searched, question, means);
    for (;;) {
      throwIfAborted(signal);
      const isLong = question.vector !== undefined && window.size >= LONG;
      const { scored, query } = await (isLong ? window.scan() : window.grow());
      const borrowed = borrows ? await borrowInWindow(searched, question, window, scored) : scored;
      const best = select(question, borrowed);
      const { rest } = window;
      if (rest === undefined) return { best, query };
      const most = borrows ? withBorrowed(rest, scored) : rest;
      const last = best[topK - 1]?.hit;
      if (last === undefined) {
        // What is left is too weak, or points away from the question.
        if (most <= 0 || most < minScore) return { best, query };
        continue;
      }
      const isSure = last.score * (question.recencyOf(last) ?? 1) >= most;
      if (isSure || window.size >= ENOUGH) return { best, query };
    }
  }
}
