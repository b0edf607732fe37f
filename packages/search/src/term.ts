/**
 * The longest a term gets, in UTF-16 code units (so at most 192 bytes of UTF-8); what a word has
 * beyond that is not looked at.
 */
export const MAX_TERM_LENGTH = 64;

const STOP_MARK = "~";

/** The term of a stop word: marked, because it is found only by queries that have nothing else. */
export function stopTerm(word: string): string {
  return STOP_MARK + word;
}

/** Whether a term of `analyze` stands for a stop word. */
export function isStopTerm(term: string): boolean {
  return term.startsWith(STOP_MARK);
}

/** The terms of a text as one string, for a store that keeps them in a column. */
export function joinTerms(terms: readonly string[]): string {
  return terms.join(" ");
}

/** The terms that `joinTerms` made a string of. */
export function splitTerms(joined: string): string[] {
  return joined === "" ? [] : joined.split(" ");
}

/** The length of a text for BM25: its terms without the stop words, which would only blur it. */
export function documentLength(terms: Iterable<string>): number {
  let length = 0;
  for (const term of terms) if (!isStopTerm(term)) length += 1;
  return length;
}
