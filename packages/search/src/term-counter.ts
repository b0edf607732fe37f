import { isTermOf, type QueryTerm } from "./query-term.ts";
import { isStopTerm } from "./term.ts";

/** What BM25 has to know of a document. */
export interface TermCounts {
  /** How often it has each of the query's terms, in their order. */
  readonly frequencies: readonly number[];
  /** How many terms it has in all (`documentLength`). */
  readonly length: number;
}

/** Counts the terms of a query in a document, given as the terms of `analyze`; `undefined`: it has none of them. */
export type TermCounter = (documentTerms: Iterable<string>) => TermCounts | undefined;

/** Makes the counter of a query; counting takes one look at each term of a document. */
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
