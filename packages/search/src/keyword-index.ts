import { saturationOf, termScore, type KeywordQuery } from "./bm25.ts";
import { Postings } from "./postings.ts";
import type { FieldStatistics } from "./statistics.ts";
import { documentLength } from "./term.ts";

/** A document that matches. */
export interface KeywordMatch {
  readonly id: string;
  /** The same as `scoreKeyword` gives for the document's terms. */
  readonly keyword: number;
}

/** An inverted index in memory; keep one for each scope. */
export interface KeywordIndex {
  /** Of the documents in the index; they follow it. */
  readonly statistics: FieldStatistics;
  /** Adds a document, given as the terms of `analyze`; takes the place of one with the same id. */
  add(id: string, terms: readonly string[]): void;
  /** Returns whether the document was there. */
  remove(id: string): boolean;
  /**
   * All documents that match, in no particular order. Takes time by how many documents have terms of
   * the query, not by how many there are.
   */
  search(query: KeywordQuery): KeywordMatch[];
}

/** Makes an empty index. */
export function createKeywordIndex(): KeywordIndex {
  return new InvertedIndex();
}

interface IndexedDocument {
  readonly id: string;
  readonly length: number;
  readonly postings: readonly Postings[];
  /** Its place in `#byOrdinal`. */
  ordinal: number;
}

/**
 * Removing a document leaves its postings behind, dead; when the dead outnumber the living, all are
 * rewritten at once, so that over time a removal costs no more than an addition.
 */
class InvertedIndex implements KeywordIndex, FieldStatistics {
  readonly statistics: FieldStatistics = this;
  totalLength = 0;
  readonly #documents = new Map<string, IndexedDocument>();
  readonly #postings = new Map<string, Postings>();
  #byOrdinal: (IndexedDocument | undefined)[] = [];
  #living = 0;
  #dead = 0;
  /** By ordinal, for `search` to add up in; all zeros between two calls. */
  #scores = new Float64Array(0);
  #matched = new Uint32Array(0);

  get documents(): number {
    return this.#documents.size;
  }

  documentFrequency(term: string): number {
    return this.#postings.get(term)?.documents ?? 0;
  }

  add(id: string, terms: readonly string[]): void {
    this.remove(id);
    const frequencies = new Map<string, number>();
    for (const term of terms) frequencies.set(term, (frequencies.get(term) ?? 0) + 1);
    const ordinal = this.#byOrdinal.length;
    const postings = Array.from(frequencies, ([term, frequency]) => {
      const list = this.#postings.get(term);
      if (list) {
        list.add(ordinal, frequency);
        return list;
      }
      const created = new Postings(ordinal, frequency);
      this.#postings.set(term, created);
      return created;
    });
    const document = { id, length: documentLength(terms), postings, ordinal };
    this.#documents.set(id, document);
    this.#byOrdinal.push(document);
    this.totalLength += document.length;
    this.#living += sizeOf(document);
  }

  remove(id: string): boolean {
    const document = this.#documents.get(id);
    if (!document) return false;
    for (const list of document.postings) list.documents -= 1;
    this.#documents.delete(id);
    this.#byOrdinal[document.ordinal] = undefined;
    this.totalLength -= document.length;
    this.#living -= sizeOf(document);
    this.#dead += sizeOf(document);
    if (this.#dead > this.#living) this.#clearAwayDead();
    return true;
  }

  search(query: KeywordQuery): KeywordMatch[] {
    this.#growScratch();
    const touched: number[] = [];
    for (const [term, weight] of query.weights) {
      this.#postings.get(term)?.forEach((ordinal, frequency) => {
        const document = this.#byOrdinal[ordinal];
        if (!document) return;
        const score = termScore(weight, frequency, saturationOf(document.length, query));
        const matched = this.#matched[ordinal] ?? 0;
        if (matched === 0) touched.push(ordinal);
        this.#matched[ordinal] = matched + 1;
        this.#scores[ordinal] = (this.#scores[ordinal] ?? 0) + score;
      });
    }
    const enough = query.match === "all" ? query.weights.size : 1;
    const matches: KeywordMatch[] = [];
    for (const ordinal of touched) {
      const document = this.#byOrdinal[ordinal];
      if (document && (this.#matched[ordinal] ?? 0) >= enough) {
        matches.push({ id: document.id, keyword: (this.#scores[ordinal] ?? 0) / query.upperBound });
      }
      this.#scores[ordinal] = 0;
      this.#matched[ordinal] = 0;
    }
    return matches;
  }

  #growScratch(): void {
    if (this.#scores.length >= this.#byOrdinal.length) return;
    this.#scores = new Float64Array(2 * this.#byOrdinal.length);
    this.#matched = new Uint32Array(2 * this.#byOrdinal.length);
  }

  /** Numbers the documents anew, without gaps, and drops every posting of those that are gone. */
  #clearAwayDead(): void {
    const previous = this.#byOrdinal;
    this.#byOrdinal = [...this.#documents.values()];
    for (const [ordinal, document] of this.#byOrdinal.entries()) {
      if (document) document.ordinal = ordinal;
    }
    for (const [term, list] of this.#postings) {
      if (list.documents === 0) this.#postings.delete(term);
      else list.renumber((ordinal) => previous[ordinal]?.ordinal);
    }
    this.#dead = 0;
  }
}

/** In postings; a document without any takes up a place as well. */
function sizeOf(document: IndexedDocument): number {
  return document.postings.length + 1;
}
