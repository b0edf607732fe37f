import { setImmediate } from "node:timers/promises";
import { matchesFilter, type SearchRequest, type SearchScope } from "@mem/core";
import {
  createTermCounter,
  createWordConditions,
  fuse,
  recencyFactor,
  scoreKeyword,
  type Analyzer,
  type Hit,
  type KeywordQuery,
  type QueryTerm,
  type TermCounter,
  type TermCounts,
  type WordConditions,
} from "@mem/search";
import { metadataOf, type Candidate, type ReadCandidate, type Wanted } from "./candidates.ts";
import { nearnessOf, type Nearness } from "./nearness.ts";
import { keyOfId, scopeOfId } from "../table/row.ts";

/** Looking at this many takes a few milliseconds. */
const LOOKED_AT_ONCE = 1_000;

/** A candidate with what a question finds in it. */
export interface Looked {
  readonly candidate: Candidate;
  /** Absent if it has none of the question's terms. */
  readonly counts: TermCounts | undefined;
  /** Absent if it was not compared by vector. */
  readonly near: Nearness | undefined;
  /** Kept only if they decide whether it is chosen. */
  readonly terms: readonly string[] | undefined;
}

/** A candidate with its score. */
export interface Scored extends Hit, Looked {}

/** What a search asks: how a candidate is scored, and whether it is chosen. */
export class Question {
  readonly request: SearchRequest;
  /** From `analyzeQuery`; none in a search by vector alone. */
  readonly terms: readonly QueryTerm[];
  /** Whether words count. */
  readonly byKeyword: boolean;
  /** Absent in a search by keyword alone. */
  readonly vector: Float32Array | undefined;
  readonly count: TermCounter;
  readonly #weight: number;
  readonly #at: number;
  readonly conditions: WordConditions | undefined;
  /** What is read of every candidate, however it is found. */
  readonly wanted: Wanted;

  constructor(
    { byKeyword, vector, weight, at }: SearchPlan,
    request: SearchRequest,
    analyzer: Analyzer,
  ) {
    const { text, prefix = false } = request;
    this.request = request;
    this.byKeyword = byKeyword;
    this.terms = byKeyword ? analyzer.analyzeQuery(text, { prefix }) : [];
    this.count = createTermCounter(this.terms);
    this.vector = vector;
    this.conditions = createWordConditions(request, analyzer);
    this.wanted = {
      places: request.neighbours,
      metadata: request.filter !== undefined,
      time: request.recency !== undefined,
      terms: this.conditions !== undefined || request.collapse === true,
      vectors: false,
      passages: false,
      rows: false,
    };
    this.#weight = weight;
    this.#at = at;
  }

  look(read: ReadCandidate): Looked {
    const { candidate, terms } = read;
    return {
      candidate,
      counts: terms && this.count(terms),
      near: this.vector && nearnessOf(this.vector, read),
      terms: this.wanted.terms ? terms : undefined,
    };
  }

  /** Looks at many candidates that are in memory, in slices, so that other work has its turn in between. */
  async lookAtAll(read: readonly ReadCandidate[]): Promise<Looked[]> {
    const answers: Looked[] = [];
    for (const [i, each] of read.entries()) {
      const looked = this.look(each);
      if (looked.counts !== undefined || looked.near !== undefined) answers.push(looked);
      if (i % LOOKED_AT_ONCE === LOOKED_AT_ONCE - 1) await setImmediate();
    }
    return answers;
  }

  /** Scores a candidate by itself; `query` has the terms' weights if words count. */
  score(looked: Looked, query: KeywordQuery | undefined): Scored {
    const { candidate, counts, near } = looked;
    const keyword = query && (counts ? scoreKeyword(query, counts) : 0);
    const score = fuse({ keyword, cosine: near?.cosine, weight: this.#weight });
    return { ...looked, ...score, id: rankIdOf(candidate) };
  }

  /** A candidate that is not a hit by itself. */
  unscored(looked: Looked): Scored {
    const scores = { keyword: 0, vector: 0, neighbours: 0 };
    return { ...looked, score: 0, scores, id: rankIdOf(looked.candidate) };
  }

  /** The most that a candidate with at most these values can score; without `cosine`: a candidate without a vector. */
  bound(keyword: number, cosine?: number): number {
    const evidence = { ...(this.byKeyword && { keyword }), ...(this.vector && { cosine }) };
    return fuse({ ...evidence, weight: this.#weight }).score;
  }

  /** Whether a candidate meets the request's filter and word conditions, whatever its score. */
  chooses({ candidate, terms }: Looked): boolean {
    const { filter } = this.request;
    if (filter !== undefined && !matchesFilter(filter, metadataOf(candidate))) return false;
    return this.conditions?.meets(terms ?? []) ?? true;
  }

  /** What a score is multiplied by; `undefined`: age does not count. */
  recencyOf({ candidate }: Looked): number | undefined {
    const { recency } = this.request;
    return recency && recencyFactor(recency, this.#at - candidate.updatedAt);
  }
}

/** How a search is done, once its mode is decided. */
export interface SearchPlan {
  readonly scope: SearchScope;
  /** Whether words count: in every search except one by vector alone. */
  readonly byKeyword: boolean;
  /** Vector of the text; absent in a search by keyword alone. */
  readonly vector?: Float32Array;
  /** The vector's share in the score. */
  readonly weight: number;
  /** The current time, in milliseconds since 1970. */
  readonly at: number;
}

/** Equal scores are ordered by key, then by scope. */
function rankIdOf({ id }: Candidate): string {
  return `${keyOfId(id)}\0${scopeOfId(id)}`;
}
