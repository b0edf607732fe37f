/** How the words of a language become terms. Pure: the same word always gives the same term. */
export interface Language {
  /** Part of the analyzer's `id`, so that another language is seen to make other terms. */
  readonly name: string;
  /** Reduces a lower-case word, which still has its accents, to what its inflections share. */
  stem(word: string): string;
  /** Lower-case words that count only in a query that has no others. */
  readonly stopWords: ReadonlySet<string>;
  /**
   * What an apostrophe may add to the end of a word, like "'s": it is cut off, and other apostrophes
   * just vanish ("o'brien" becomes "obrien"). Without it, apostrophes separate words ("l'avion"
   * becomes "l" and "avion").
   */
  readonly contraction?: RegExp;
  /**
   * The endings that `stem` takes off. By them a word whose ending has only begun ("marketi") finds what the whole word
   * would. Without them such a word finds nothing that is indexed by a shorter stem.
   */
  readonly endings?: readonly string[];
}

/** Words as they are written, but for case and accents: no stems, no stop words. */
export const NO_LANGUAGE: Language = {
  name: "none",
  stem: (word) => word,
  stopWords: new Set(),
};
