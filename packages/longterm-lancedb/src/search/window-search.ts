import { scoreKeyword, type KeywordQuery, type QueryTerm } from "@mem/search";
import { candidateColumns, candidatesIn, type Wanted } from "./candidates.ts";
import type { CountedQuestion, DocumentFrequencies } from "./document-frequencies.ts";
import { weighTerms, type Found } from "./exhaustive-search.ts";
import { listByVector, listByWords } from "./listings.ts";
import type { LanceDb } from "../table/native-module.ts";
import { pushedFilter } from "./pushed-filter.ts";
import type { Looked, Question, Scored } from "./question.ts";
import type { RankedList } from "./ranked-list.ts";
import type { Searched } from "./searched.ts";
import { toTheirEnd } from "../reading/settled.ts";
import { all } from "../table/sql.ts";
import { takeRows } from "./taken-rows.ts";

/** How many candidates of each list are looked at first, and how many at least; then four times as many, and so on. */
const CANDIDATES_PER_HIT = 3;
const FEWEST = 32;
/**
 * The same where what is far down in a list may be the best: by what it borrows, or by its words among many that are
 * about equally near.
 */
const FEWEST_OF_MANY = 128;
/** The same where the list is in the right order but for LanceDB's rounding, and but for its way to score words. */
const SPARE_NEAR = 2;
const WORDS_PER_HIT = 2;
const FEWEST_ROWS = 16;
/** Of so few the whole rows are read at once: faster than coming back for the best. */
const MOST_ROWS = 32;

/** What it takes to search. */
export interface WindowMeans {
  readonly lancedb: LanceDb;
  readonly frequencies: DocumentFrequencies;
  /** Whether neighbours lend. */
  readonly borrows: boolean;
  /** Whether there are long texts, whose passages have vectors of their own. */
  readonly hasPassages: boolean;
}

/** Scores the entries of a large scope that LanceDB takes for the best, as many as are needed. */
export class WindowSearch {
  readonly #searched: Searched;
  readonly #question: Question;
  readonly #wanted: Wanted;
  readonly #words: RankedList | undefined;
  readonly #near: RankedList | undefined;
  readonly #lenders: RankedList[] = [];
  readonly #counting: Promise<CountedQuestion> | undefined;
  readonly #looked = new Map<string, Looked>();
  readonly #pushed: string | undefined;
  #size = 0;
  #isScanned = false;
  #query: KeywordQuery | undefined;
  /** The most that a row's share of the query's upper bound was, beside LanceDB's own score of it. */
  #ratio = 0;

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
    const { first, rows } = firstLook(question, means);
    const wanted = { ...this.#wanted, rows };
    const whole = { searched, question, wanted, pushed: undefined, first: first.words };
    this.#pushed = request.filter && pushedFilter(request.filter);
    const asked = { ...whole, pushed: this.#pushed };
    const required = conditions?.required.filter(isString) ?? [];
    // What is not asked for itself lends to what stands beside it.
    const lends = means.borrows && (asked.pushed !== undefined || required.length > 0);
    if (byKeyword && terms.length > 0) {
      const counting = means.frequencies.of(searched, terms);
      // Whoever asks for more hears of it.
      counting.catch(() => undefined);
      this.#counting = counting;
      const listed = async (): Promise<string[]> => {
        const exact = terms.filter(isString);
        return exact.length === terms.length ? exact : [...exact, ...(await counting).expanded];
      };
      this.#words = listByWords(asked, means.lancedb, listed, required);
      if (lends) this.#lenders.push(listByWords(whole, means.lancedb, listed, []));
    }
    if (vector !== undefined) {
      this.#near = listByVector({ ...asked, first: first.near }, vector);
      if (lends) this.#lenders.push(listByVector({ ...whole, first: first.near }, vector));
    }
  }

  /** Looks at more candidates. Resolves with all that were looked at so far. */
  async grow(): Promise<Found> {
    const isFirst = this.#looked.size === 0;
    const [unflushed, counted, words, ...others] = await toTheirEnd(
      isFirst ? this.#question.lookAtAll(this.#searched.unflushed) : [],
      this.#counting,
      this.#words?.more() ?? [],
      ...[this.#near, ...this.#lenders].map((list) => list?.more() ?? []),
    );
    const { byKeyword, terms } = this.#question;
    if (byKeyword) {
      this.#query ??= weighTerms(this.#searched.totals, terms, counted?.frequencies ?? []);
    }
    for (const looked of unflushed) this.#add(looked);
    for (const { looked } of others.flat()) this.#add(looked);
    for (const { looked, score } of words) {
      this.#add(looked);
      if (this.#query === undefined || looked.counts === undefined) continue;
      this.#ratio = Math.max(this.#ratio, scoreKeyword(this.#query, looked.counts) / score);
    }
    return this.#found();
  }

  /**
   * Looks at all that is left and may be asked for. Where few of many are asked for, and no index knows which, this is
   * faster than ever longer lists, and only those few stay in memory.
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

  /** Looks at these rows, too, unless it has. */
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

  /** What an entry that was not looked at scores at most, as far as can be told; `undefined`: none is left. */
  get rest(): number | undefined {
    if (this.#isScanned) return undefined;
    const words = this.#words?.rest;
    const near = this.#near?.rest;
    if (words === undefined && near === undefined) return undefined;
    return this.#question.bound(words === undefined ? 0 : this.#shareOf(words), near ?? 0);
  }

  /** What a row may have of the query's upper bound by LanceDB's own score of it; unknown where no row was looked at. */
  #shareOf(score: number): number {
    return this.#ratio === 0 ? 1 : Math.min(1, this.#ratio * score);
  }

  #found(): Found {
    const scored = Array.from(this.#looked.values(), (each) => this.score(each));
    return { scored, query: this.#query };
  }

  #add(looked: Looked): void {
    const { id, rowId } = looked.candidate;
    if (rowId !== undefined && !this.#looked.has(id)) this.#size++;
    this.#looked.set(id, looked);
  }
}

/** How many candidates of each list are looked at first, and whether their whole rows are read. */
function firstLook(
  { byKeyword, vector, request: { topK } }: Question,
  { borrows, hasPassages }: WindowMeans,
): { readonly first: { readonly words: number; readonly near: number }; readonly rows: boolean } {
  // What is in both lists, or near by one of its passages, is in neither where it belongs.
  const isOrdered = !borrows && (vector === undefined || !(byKeyword || hasPassages));
  if (isOrdered) {
    const words = Math.max(FEWEST_ROWS, WORDS_PER_HIT * topK);
    const near = topK + SPARE_NEAR;
    return { first: { words, near }, rows: (byKeyword ? words : near) <= MOST_ROWS };
  }
  const atLeast = (fewest: number): number =>
    Math.max(borrows ? FEWEST_OF_MANY : fewest, CANDIDATES_PER_HIT * topK);
  return { first: { words: atLeast(FEWEST), near: atLeast(FEWEST_OF_MANY) }, rows: false };
}

function isString(term: QueryTerm): term is string {
  return typeof term === "string";
}
