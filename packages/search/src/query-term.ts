/** What a query looks for: a term, or whatever begins like its last word. */
export type QueryTerm = string | TermPrefix;

/**
 * The beginning of a word, which counts as one term. It stands for the terms that start with what was
 * written, and for the stems of words that begin so: "marketi" finds "marketing", which is indexed as
 * `market`. Whether the word in the text was "marketing" or "markets" is not asked, as it never is
 * where words are stemmed.
 */
export interface TermPrefix {
  /** `"marketi*"`. No term holds an asterisk. */
  readonly name: string;
  /** It stands for every term that starts with one of these; stop words never do. */
  readonly starts: readonly string[];
  /** It stands for these, too, which may be shorter than what was written. */
  readonly stems: readonly string[];
}

/** What tells a query's terms apart: the term itself, or the name of a prefix. */
export function termName(term: QueryTerm): string {
  return typeof term === "string" ? term : term.name;
}

/** Whether a prefix stands for a term of `analyze`. */
export function isTermOf({ starts, stems }: TermPrefix, term: string): boolean {
  return starts.some((start) => term.startsWith(start)) || stems.includes(term);
}

/** Tells the terms of a text that a query looks for from the others. */
export function createTermTest(terms: Iterable<QueryTerm>): (term: string) => boolean {
  const exact = new Set<string>();
  const prefixes: TermPrefix[] = [];
  for (const term of terms) {
    if (typeof term === "string") exact.add(term);
    else prefixes.push(term);
  }
  return (term) => exact.has(term) || prefixes.some((prefix) => isTermOf(prefix, term));
}
