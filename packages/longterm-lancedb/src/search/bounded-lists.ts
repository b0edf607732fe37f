import { scoreKeyword, type KeywordQuery } from "@mem/search";
import type { Wanted } from "./candidates.ts";
import type { Reading } from "./listings.ts";
import type { Looked, Question } from "./question.ts";
import type { RankedList } from "./ranked-list.ts";
import type { Searched } from "./searched.ts";
import { toTheirEnd } from "../reading/settled.ts";
import type { Source } from "./source.ts";
import { takeRows } from "./taken-rows.ts";

/** How many of the best by words are first considered for their words alone; then four times as many, and so on. */
const KEPT = 128;

/** A row with LanceDB's own score of it. */
export interface ListedRow {
  readonly rowId: bigint;
  readonly score: number;
}

/** Lists rows and their scores, and reads nothing else of them. */
export const listRows: Reading<ListedRow> = {
  columns: () => ["_rowid"],
  read: (result, scores) =>
    Array.from(result.getChild("_rowid") ?? [], (rowId, at) => ({
      rowId: rowId as bigint,
      score: scores[at] ?? 0,
    })),
  isRefined: false,
};

/** What the lists say about a row. */
interface Evidence {
  words?: number;
  near?: number;
  isLookedAt: boolean;
}

/** The lists, and how their rows are looked at. */
export interface Lists {
  /** Absent if no words are searched for. */
  readonly words: RankedList<ListedRow> | undefined;
  /** Absent in a search by keyword alone. */
  readonly near: RankedList<ListedRow> | undefined;
  /** Whether only rows in the list by words can be hits. */
  readonly needsWords: boolean;
  readonly wanted: Wanted;
  /** How many rows are looked at first; then twice as many, and so on. */
  readonly batch: number;
}

/**
 * Combines two lists, each of which knows one part of the score. A row's score in each list, or its absence from it,
 * bounds its total score. The rows with the highest bounds are looked at first, until no other row can be better: the
 * threshold algorithm of Fagin, Lotem and Naor (2001).
 */
export class BoundedLists implements Source {
  readonly #searched: Searched;
  readonly #question: Question;
  readonly #lists: Lists;
  readonly #rows = new Map<bigint, Evidence>();
  #batch: number;
  /** The highest ratio so far of our score of a row (its share of the query's upper bound) to LanceDB's own. */
  #ratio: number | undefined;
  /** The ratio assumed until a row has been looked at: exact if there were nothing else in the table. */
  #assumedRatio = 1;
  #byWords: readonly ListedRow[] = [];
  #kept = KEPT / 4;
  /** The best score by words of a row that is neither near nor kept. */
  #dropped: number | undefined;
  /** The most by which one of a row's passages has been nearer than the list said. */
  #gain = 0;

  constructor(searched: Searched, question: Question, lists: Lists) {
    this.#searched = searched;
    this.#question = question;
    this.#lists = lists;
    this.#batch = lists.batch;
  }

  async list(): Promise<void> {
    const unlisted = this.#unlisted;
    if (unlisted === undefined || unlisted < (this.#best ?? 0)) return;
    const { words, near } = this.#lists;
    const [byWords, byVector] = await toTheirEnd(words?.more() ?? [], near?.more() ?? []);
    for (const { rowId, score } of byVector) this.#evidenceOf(rowId).near = score;
    // Most of a long list by words only serves to score the words of rows that are near.
    this.#kept *= 4;
    if (byWords.length > 0) this.#byWords = byWords;
    for (const [at, { rowId, score }] of this.#byWords.entries()) {
      if (at < this.#kept || this.#rows.has(rowId)) this.#evidenceOf(rowId).words = score;
    }
    this.#dropped = this.#byWords[this.#kept]?.score;
  }

  async look(query: KeywordQuery | undefined): Promise<readonly Looked[]> {
    if (query !== undefined && query.upperBound > 0) {
      this.#assumedRatio = 1 / query.upperBound;
    }
    const some = this.#promising(this.#batch);
    const { wanted, batch } = this.#lists;
    const rows = wanted.rows && this.#batch === batch;
    this.#batch *= 2;
    const rowIds = some.map(([rowId, evidence]) => {
      evidence.isLookedAt = true;
      return rowId;
    });
    return await takeRows(this.#searched, this.#question, { ...wanted, rows }, rowIds);
  }

  learn({ candidate, counts, near }: Looked, query: KeywordQuery | undefined): void {
    const evidence = candidate.rowId === undefined ? undefined : this.#rows.get(candidate.rowId);
    if (evidence === undefined) return;
    evidence.isLookedAt = true;
    // The index's rounding is small, and looking at enough rows makes up for it, as in a search by vector alone.
    if (near && evidence.near !== undefined && this.#lists.wanted.passages) {
      this.#gain = Math.max(this.#gain, near.cosine - evidence.near);
    }
    if (query && counts && evidence.words !== undefined) {
      const ratio = scoreKeyword(query, counts) / evidence.words;
      this.#ratio = Math.max(this.#ratio ?? 0, ratio);
    }
  }

  get rest(): number | undefined {
    const best = this.#best;
    const unlisted = this.#unlisted;
    if (best === undefined) return unlisted;
    return unlisted === undefined ? best : Math.max(best, unlisted);
  }

  /** The most that an unlisted row can score; `undefined`: there is none. */
  get #unlisted(): number | undefined {
    const { words, near, needsWords } = this.#lists;
    const rest = this.#dropped ?? words?.rest;
    if (rest === undefined && (needsWords || near?.rest === undefined)) return undefined;
    return this.#bound({ isLookedAt: false, words: rest ?? 0 });
  }

  /** The most that a row can score that was listed but not looked at; `undefined`: there is none. */
  get #best(): number | undefined {
    let best: number | undefined;
    for (const [, evidence] of this.#waiting()) {
      best = Math.max(best ?? 0, this.#bound(evidence));
    }
    return best;
  }

  /** The waiting rows with the highest bounds. They are thousands: sorting numbers is far faster than sorting rows. */
  #promising(count: number): [bigint, Evidence][] {
    const waiting = [...this.#waiting()];
    const bounds = Float64Array.from(waiting, ([, evidence]) => this.#bound(evidence));
    const least = bounds.toSorted().at(-count) ?? 0;
    return waiting.filter((_, at) => (bounds[at] ?? 0) >= least).slice(0, count);
  }

  *#waiting(): Generator<[bigint, Evidence]> {
    for (const row of this.#rows) {
      const [, { isLookedAt, words }] = row;
      if (!isLookedAt && !(this.#lists.needsWords && words === undefined)) yield row;
    }
  }

  /** The most that a row can score. */
  #bound({ words = this.#lists.words?.rest ?? 0, near }: Evidence): number {
    const keyword = Math.min(1, (this.#ratio ?? this.#assumedRatio) * words);
    const cosine = near ?? this.#lists.near?.rest;
    // A row that is not in the list may have no vector yet: then only its words count.
    const alone = near === undefined ? this.#question.bound(keyword) : 0;
    if (cosine === undefined) return alone;
    return Math.max(alone, this.#question.bound(keyword, Math.min(1, cosine + this.#gain)));
  }

  #evidenceOf(rowId: bigint): Evidence {
    let evidence = this.#rows.get(rowId);
    if (evidence === undefined) {
      evidence = { isLookedAt: false };
      this.#rows.set(rowId, evidence);
    }
    return evidence;
  }
}
