/** What a query looks for: a term, or all terms that its last word may be the beginning of. */
export type QueryTerm = string | TermPrefix;

/**
 * The beginning of a word, which counts as one term. It stands for the terms that start with it as
 * written, and for the stems of words that do: "marketi" finds "marketing", which is indexed as
 * `market`. As always with stemming, it makes no difference whether the text has "marketing" or
 * "markets".
 */
export interface TermPrefix {
  /** `"marketi*"`. No term holds an asterisk. */
  readonly name: string;
  /** It stands for every term that starts with one of these; stop words never do. */
  readonly starts: readonly string[];
  /** It also stands for these stems, which may be shorter than the word as written. */
  readonly stems: readonly string[];
}

/** Returns what identifies a query's term: the term itself, or the name of a prefix. */
export function termName(term: QueryTerm): string {
  return typeof term === "string" ? term : term.name;
}

/** Whether a prefix stands for a term of `analyze`. */
export function isTermOf({ starts, stems }: TermPrefix, term: string): boolean {
  return starts.some((start) => term.startsWith(start)) || stems.includes(term);
}

/** Makes a test for the terms of a text that a query looks for. */
export function createTermTest(terms: Iterable<QueryTerm>): (term: string) => boolean {
  const exact = new Set<string>();
  const prefixes: TermPrefix[] = [];
  for (const term of terms) {
    if (typeof term === "string") exact.add(term);
    else prefixes.push(term);
  }
  return (term) => exact.has(term) || prefixes.some((prefix) => isTermOf(prefix, term));
}
