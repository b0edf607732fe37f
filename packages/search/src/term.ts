/**
 * Maximum length of a term, in UTF-16 code units (at most 192 bytes of UTF-8); the rest of a longer
 * word is ignored.
 */
export const MAX_TERM_LENGTH = 64;

const STOP_MARK = "~";

/** The term of a stop word: marked, because only queries without other words search for it. */
export function stopTerm(word: string): string {
  return STOP_MARK + word;
}

/** Whether a term of `analyze` stands for a stop word. */
export function isStopTerm(term: string): boolean {
  return term.startsWith(STOP_MARK);
}

/** Joins the terms of a text into one string, for a store that keeps them in a column. */
export function joinTerms(terms: readonly string[]): string {
  return terms.join(" ");
}

/** Splits a string made by `joinTerms` into its terms. */
export function splitTerms(joined: string): string[] {
  return joined === "" ? [] : joined.split(" ");
}

/** The length of a text for BM25: the number of its terms, without stop words, which would only blur it. */
export function documentLength(terms: Iterable<string>): number {
  let length = 0;
  for (const term of terms) if (!isStopTerm(term)) length += 1;
  return length;
}
