import type { KeywordQuery, QueryTerm } from "@mem/search";
import { BoundedLists, listRows } from "./bounded-lists.ts";
import { candidateColumns, candidatesIn, type Wanted } from "./candidates.ts";
import type { CountedQuestion, DocumentFrequencies } from "./document-frequencies.ts";
import { weighTerms, type Found } from "./exhaustive-search.ts";
import { DirectList, lookAtListed } from "./direct-list.ts";
import { listByVector, listByWords, type Asked } from "./listings.ts";
import type { LanceDb } from "../table/native-module.ts";
import { pushedFilter } from "./pushed-filter.ts";
import type { Looked, Question, Scored } from "./question.ts";
import type { RankedList } from "./ranked-list.ts";
import type { Searched } from "./searched.ts";
import type { Source } from "./source.ts";
import { toTheirEnd } from "../reading/settled.ts";
import { all } from "../table/sql.ts";
import { takeRows } from "./taken-rows.ts";

/** How many rows are looked at first for each hit, and how many at least. */
const ROWS_PER_HIT = 2;
const FEWEST_ROWS = 16;
/** The same minimum by vector: most of the ten nearest are among so many by the index's four bits per dimension. */
const FEWEST_NEAR = 42;
/** The same minimum if entries borrow, so that one far down the list may become the best. */
const FEWEST_LENDERS = 128;
/** Rows listed beyond `topK` by vector: the order is right except for LanceDB's rounding. */
const SPARE_NEAR = 2;
/** How many rows are listed first if their scores are bounded by lists: at least, and per row looked at. */
const FEWEST_LISTED = 128;
const LISTED_PER_ROW = 3;
/**
 * At least so many by their words if vectors count, too: many rows may be about equally near, and then their words
 * decide, however few they are. It takes about as long as the list of the nearest, which is made at the same time.
 */
const MANY_LISTED = 8_000;
/** Up to this many, whole rows are read at once: faster than another read for the best. */
const MOST_ROWS = 48;

/** What a search needs. */
export interface WindowMeans {
  readonly lancedb: LanceDb;
  readonly frequencies: DocumentFrequencies;
  /** Whether neighbours lend score. */
  readonly borrows: boolean;
  /** Whether there are long texts, whose passages have vectors of their own. */
  readonly hasPassages: boolean;
}

/** Scores the entries of a large scope that LanceDB ranks best, as many as needed. */
export class WindowSearch {
  readonly #searched: Searched;
  readonly #question: Question;
  readonly #wanted: Wanted;
  readonly #sources: readonly Source[];
  /** The source that finds hits; others find entries that lend score to them. */
  readonly #answers: Source;
  readonly #counting: Promise<CountedQuestion> | undefined;
  readonly #looked = new Map<string, Looked>();
  readonly #pushed: string | undefined;
  #isFirst = true;
  #size = 0;
  #isScanned = false;
  #query: KeywordQuery | undefined;

  constructor(searched: Searched, question: Question, means: WindowMeans) {
    const { terms, vector, byKeyword, request, conditions, wanted: always } = question;
    this.#searched = searched;
    this.#question = question;
    this.#wanted = {
      ...always,
      places: means.borrows,
      terms: byKeyword || always.terms,
      vectors: vector !== undefined,
      passages: means.hasPassages,
    };
    this.#pushed = request.filter && pushedFilter(request.filter);
    const required = conditions?.required.filter(isString) ?? [];
    if (byKeyword && terms.length > 0) {
      this.#counting = means.frequencies.of(searched, terms);
      // `grow` awaits it and reports the failure.
      this.#counting.catch(() => undefined);
    }
    const counting = this.#counting;
    const listTerms = async (): Promise<readonly string[]> => {
      const exact = terms.filter(isString);
      if (counting === undefined || exact.length === terms.length) return exact;
      return [...exact, ...(await counting).expanded];
    };
    const wordsOf = <T>(asked: Asked<T>, every: readonly string[]): RankedList<T> | undefined =>
      counting && listByWords(asked, means.lancedb, listTerms, every);
    const fewestAlone = vector === undefined ? FEWEST_ROWS : FEWEST_NEAR;
    const fewest = means.borrows ? FEWEST_LENDERS : fewestAlone;
    const batch = Math.max(fewest, ROWS_PER_HIT * request.topK);
    const bounded = (pushed: string | undefined, every: readonly string[]): Source => {
      const first = Math.max(FEWEST_LISTED, LISTED_PER_ROW * batch);
      const asked = { searched, pushed, first, reading: listRows };
      const many = vector === undefined ? first : Math.max(first, MANY_LISTED);
      const words = wordsOf({ ...asked, first: many }, every);
      return new BoundedLists(searched, question, {
        words,
        near: vector && listByVector(asked, vector),
        needsWords: words !== undefined && every.length > 0,
        wanted: { ...this.#wanted, rows: batch <= MOST_ROWS },
        batch,
      });
    };
    const direct = (): Source => {
      const first = vector === undefined ? batch : request.topK + SPARE_NEAR;
      const wanted = { ...this.#wanted, rows: first <= MOST_ROWS };
      const reading = lookAtListed(searched, question, wanted);
      const asked = { searched, pushed: this.#pushed, first, reading };
      const list = vector ? listByVector(asked, vector) : wordsOf(asked, required);
      return list === undefined ? bounded(this.#pushed, required) : new DirectList(list, question);
    };
    // If words and vectors both count, entries borrow, or passages have vectors, no list is in the right order.
    const isOrdered = !means.borrows && !(vector !== undefined && (byKeyword || means.hasPassages));
    this.#answers = isOrdered ? direct() : bounded(this.#pushed, required);
    // Entries that are not requested themselves lend score to their neighbours.
    const lends = means.borrows && (this.#pushed !== undefined || required.length > 0);
    this.#sources = lends ? [this.#answers, bounded(undefined, [])] : [this.#answers];
  }

  /** Looks at more candidates. Resolves with all that were looked at so far. */
  async grow(): Promise<Found> {
    const [unflushed, counted] = await toTheirEnd(
      this.#isFirst ? this.#question.lookAtAll(this.#searched.unflushed) : [],
      this.#counting,
      ...this.#sources.map((source) => source.list()),
    );
    this.#isFirst = false;
    const { byKeyword, terms } = this.#question;
    if (byKeyword) {
      this.#query ??= weighTerms(this.#searched.totals, terms, counted?.frequencies ?? []);
    }
    for (const looked of unflushed) this.#add(looked);
    const found = await toTheirEnd(...this.#sources.map((source) => source.look(this.#query)));
    for (const looked of found.flat()) this.#add(looked);
    return this.#found();
  }

  /**
   * Looks at all rows that may meet the request. If few of many do, and no index knows which, this is faster than ever
   * longer lists, and only those few stay in memory.
   */
  async scan(): Promise<Found> {
    const columns = candidateColumns(this.#wanted);
    const query = this.#searched.table.query().where(all(this.#searched.condition, this.#pushed));
    for await (const batch of query.select(columns).withRowId()) {
      for (const read of candidatesIn(batch, this.#searched.slice)) {
        const looked = this.#question.look(read);
        const isAnswer = looked.counts !== undefined || looked.near !== undefined;
        if (isAnswer && this.#question.chooses(looked)) this.#add(looked);
      }
    }
    this.#isScanned = true;
    return this.#found();
  }

  /** Looks at these rows, too, unless it has already. */
  async take(rows: readonly Looked[]): Promise<Looked[]> {
    const fresh = rows.filter(({ candidate }) => !this.#looked.has(candidate.id));
    const unflushed = fresh.filter(({ candidate }) => candidate.unflushed !== undefined);
    const rowIds = fresh.flatMap(({ candidate }) => candidate.rowId ?? []);
    const taken = await takeRows(this.#searched, this.#question, this.#wanted, rowIds);
    for (const looked of taken) this.#add(looked);
    return [...unflushed, ...taken];
  }

  score(looked: Looked): Scored {
    return this.#question.score(looked, this.#query);
  }

  /** How many candidates of the table were looked at. */
  get size(): number {
    return this.#size;
  }

  /** The most that an entry that was not looked at can score, as far as can be told; `undefined`: none is left. */
  get rest(): number | undefined {
    if (this.#isScanned) return undefined;
    return this.#answers.rest;
  }

  #found(): Found {
    const scored = Array.from(this.#looked.values(), (each) => this.score(each));
    return { scored, query: this.#query };
  }

  #add(looked: Looked): void {
    const { id, rowId } = looked.candidate;
    if (rowId !== undefined && !this.#looked.has(id)) this.#size++;
    this.#looked.set(id, looked);
    for (const source of this.#sources) source.learn(looked, this.#query);
  }
}

function isString(term: QueryTerm): term is string {
  return typeof term === "string";
}
