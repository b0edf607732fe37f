/** How the words of a language become terms. Pure: the same word always gives the same term. */
export interface Language {
  /** Part of the analyzer's `id`, so that a change of language shows there. */
  readonly name: string;
  /** Reduces a lower-case word, accents included, to the stem that its inflections share. */
  stem(word: string): string;
  /** Stop words, in lower case: they count only in a query that has no other words. */
  readonly stopWords: ReadonlySet<string>;
  /**
   * Matches endings with an apostrophe, like "'s", which are cut off; all other apostrophes are
   * removed ("o'brien" becomes "obrien"). If absent, apostrophes separate words ("l'avion" becomes
   * "l" and "avion").
   */
  readonly contraction?: RegExp;
  /**
   * The endings that `stem` removes. With them, a prefix that stops within an ending ("marketi") finds what the whole
   * word would. Without them, it finds nothing that is indexed by a shorter stem.
   */
  readonly endings?: readonly string[];
}

/** Words as written, except for case and accents: no stemming, no stop words. */
export const NO_LANGUAGE: Language = {
  name: "none",
  stem: (word) => word,
  stopWords: new Set(),
};
