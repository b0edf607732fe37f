import { isTermOf, type QueryTerm } from "./query-term.ts";
import { isStopTerm } from "./term.ts";

/** The counts of a document that BM25 needs. */
export interface TermCounts {
  /** How often the document has each of the query's terms, in their order. */
  readonly frequencies: readonly number[];
  /** The document's length in terms (`documentLength`). */
  readonly length: number;
}

/** Counts a query's terms in a document, given as the terms of `analyze`; `undefined` if it has none of them. */
export type TermCounter = (documentTerms: Iterable<string>) => TermCounts | undefined;

/** Makes the counter of a query. It looks once at each term of a document. */
export function createTermCounter(terms: readonly QueryTerm[]): TermCounter {
  const exact = new Map<string, number>();
  for (const [at, term] of terms.entries()) if (typeof term === "string") exact.set(term, at);
  const last = terms.at(-1);
  const prefix = typeof last === "object" ? last : undefined;
  const none = terms.map(() => 0);
  return (documentTerms) => {
    let frequencies: number[] | undefined;
    let length = 0;
    const count = (at: number): void => {
      frequencies ??= [...none];
      frequencies[at] = (frequencies[at] ?? 0) + 1;
    };
    for (const term of documentTerms) {
      if (!isStopTerm(term)) length += 1;
      const at = exact.get(term);
      if (at !== undefined) count(at);
      if (prefix !== undefined && isTermOf(prefix, term)) count(terms.length - 1);
    }
    return frequencies && { frequencies, length };
  };
}
