import { documentLength } from "./term.ts";

/** What BM25 has to know about all documents of a scope. */
export interface FieldStatistics {
  /** How many documents there are. */
  readonly documents: number;
  /** The sum of their lengths (`documentLength`). */
  readonly totalLength: number;
  /** In how many of them a term occurs. */
  documentFrequency(term: string): number;
}

/** Statistics that follow what is stored. A document is given as the terms of `analyze`. */
export interface MutableStatistics extends FieldStatistics {
  add(terms: readonly string[]): void;
  /** Takes out a document that was added. Throws a `RangeError` when that cannot be. */
  remove(terms: readonly string[]): void;
}

/** Makes empty statistics; keep one for each scope. Costs memory by distinct terms, not documents. */
export function createStatistics(): MutableStatistics {
  return new CountedStatistics();
}

/** The statistics of several scopes searched as one; follows its parts. */
export function combineStatistics(parts: readonly FieldStatistics[]): FieldStatistics {
  const sum = (count: (part: FieldStatistics) => number): number =>
    parts.reduce((total, part) => total + count(part), 0);
  return {
    get documents() {
      return sum((part) => part.documents);
    },
    get totalLength() {
      return sum((part) => part.totalLength);
    },
    documentFrequency: (term) => sum((part) => part.documentFrequency(term)),
  };
}

class CountedStatistics implements MutableStatistics {
  documents = 0;
  totalLength = 0;
  readonly #frequencies = new Map<string, number>();

  documentFrequency(term: string): number {
    return this.#frequencies.get(term) ?? 0;
  }

  add(terms: readonly string[]): void {
    for (const term of new Set(terms))
      this.#frequencies.set(term, this.documentFrequency(term) + 1);
    this.documents += 1;
    this.totalLength += documentLength(terms);
  }

  remove(terms: readonly string[]): void {
    const distinct = new Set(terms);
    const length = documentLength(terms);
    const unknown = [...distinct].some((term) => this.documentFrequency(term) === 0);
    if (unknown || this.documents === 0 || this.totalLength < length) {
      throw new RangeError("Only a document that was added can be removed from the statistics.");
    }
    for (const term of distinct) {
      const left = this.documentFrequency(term) - 1;
      if (left === 0) this.#frequencies.delete(term);
      else this.#frequencies.set(term, left);
    }
    this.documents -= 1;
    this.totalLength -= length;
  }
}
