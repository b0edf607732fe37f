import { saturationOf, termScore, type KeywordQuery } from "./bm25.ts";
import { Postings } from "./postings.ts";
import { isTermOf, type QueryTerm } from "./query-term.ts";
import type { FieldStatistics } from "./statistics.ts";
import { documentLength } from "./term.ts";

/** A document that matches. */
export interface KeywordMatch {
  readonly id: string;
  /** Equal to `scoreKeyword` for the document's terms. */
  readonly keyword: number;
}

/** An inverted index in memory. Keep one for each scope. */
export interface KeywordIndex {
  /** Live statistics of the documents in the index. */
  readonly statistics: FieldStatistics;
  /** Adds a document, given as the terms of `analyze`; replaces one with the same id. */
  add(id: string, terms: readonly string[]): void;
  /** Removes a document; returns whether it was in the index. */
  remove(id: string): boolean;
  /**
   * Returns all documents that match, in no particular order. The time depends on how many documents
   * have terms of the query, not on how many there are.
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
 * Removing a document leaves dead postings behind. When these outnumber the live ones, all are
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

  get documents(): number {
    return this.#documents.size;
  }

  documentFrequency(term: QueryTerm): number {
    if (typeof term === "string") return this.#postings.get(term)?.documents ?? 0;
    return this.#having(term).size;
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
    const scores = new Map<IndexedDocument, number>();
    for (const [at, term] of query.terms.entries()) {
      const weight = query.weights[at] ?? 0;
      for (const [document, frequency] of this.#having(term)) {
        const score = termScore(weight, frequency, saturationOf(document.length, query));
        scores.set(document, (scores.get(document) ?? 0) + score);
      }
    }
    return Array.from(scores, ([{ id }, score]) => ({ id, keyword: score / query.upperBound }));
  }

  /** The documents that have a term, with its frequency in each. */
  #having(term: QueryTerm): Map<IndexedDocument, number> {
    const frequencies = new Map<IndexedDocument, number>();
    for (const list of this.#listsOf(term)) {
      list.forEach((ordinal, frequency) => {
        const document = this.#byOrdinal[ordinal];
        if (document) frequencies.set(document, (frequencies.get(document) ?? 0) + frequency);
      });
    }
    return frequencies;
  }

  #listsOf(term: QueryTerm): Postings[] {
    if (typeof term === "string") {
      const list = this.#postings.get(term);
      return list ? [list] : [];
    }
    return Array.from(this.#postings)
      .filter(([each]) => isTermOf(term, each))
      .map(([, list]) => list);
  }

  /** Renumbers the documents without gaps, and drops all postings of removed ones. */
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

/** In postings, plus one: a document without postings takes up an ordinal, too. */
function sizeOf(document: IndexedDocument): number {
  return document.postings.length + 1;
}
