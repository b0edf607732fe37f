import type { Analyzer, Token } from "./analyzer.ts";
import { scoreKeyword, type KeywordQuery } from "./bm25.ts";
import { passagesOf, type Passage } from "./passages.ts";
import { createTermTest, type QueryTerm } from "./query-term.ts";
import { snippet } from "./snippet.ts";
import { createTermCounter } from "./term-counter.ts";

/** What to show of a text that was found. */
export interface Excerpt {
  /** The part that answers best. */
  readonly passage: Passage;
  /** The few words of it that show why. */
  readonly snippet: string;
  /** The words of the query that the text has, as they are indexed. */
  readonly matched: readonly string[];
}

export interface ExcerptRequest {
  /** All of it. */
  readonly text: string;
  readonly analyzer: Analyzer;
  /** What was looked for; absent in a search by vector alone. */
  readonly query?: KeywordQuery | undefined;
  /** Which of `passagesOf` has the vector that is nearest to the question's. Default: the first. */
  readonly nearest?: number | undefined;
}

/**
 * Finds what to show of a text: the passage that scores best by keyword with the headings above it, the first of
 * equals; where no word matches, the nearest.
 */
export function excerpt({ text, analyzer, query, nearest = 0 }: ExcerptRequest): Excerpt {
  const passages = passagesOf(text);
  const terms = query?.terms ?? [];
  const tokens = query === undefined ? [] : analyzer.tokenize(text);
  const best =
    query && passages.length > 1 ? bestPassage(passages, tokens, query, analyzer) : undefined;
  const passage = passages[best ?? nearest] ?? passages[0];
  const cut = snippet(passage.text, terms, analyzer).text;
  return { passage, snippet: cut, matched: matchedTerms(tokens, terms) };
}

function bestPassage(
  passages: readonly Passage[],
  tokens: readonly Token[],
  query: KeywordQuery,
  analyzer: Analyzer,
): number | undefined {
  const count = createTermCounter(query.terms);
  const termsOf = remember((heading: string) => analyzer.analyze(heading));
  let best: number | undefined;
  let bestScore = 0;
  let at = 0;
  for (const [index, { headings, start, end }] of passages.entries()) {
    const terms = headings.flatMap(termsOf);
    for (; at < tokens.length && (tokens[at] as Token).start < end; at++) {
      const token = tokens[at] as Token;
      if (token.start >= start) terms.push(token.term);
    }
    const counts = count(terms);
    const score = counts ? scoreKeyword(query, counts) : 0;
    if (score <= bestScore) continue;
    best = index;
    bestScore = score;
  }
  return best;
}

/** Headings are above many passages. */
function remember<T>(make: (text: string) => T): (text: string) => T {
  const made = new Map<string, T>();
  return (text) => {
    const result = made.get(text) ?? make(text);
    made.set(text, result);
    return result;
  };
}

/** In the order of the query; what stands for a prefix as it was found. */
function matchedTerms(tokens: readonly Token[], terms: readonly QueryTerm[]): string[] {
  const found = new Set(tokens.map(({ term }) => term).filter(createTermTest(terms)));
  const exact = terms.filter((term) => typeof term === "string" && found.has(term)) as string[];
  return [...new Set([...exact, ...found])];
}
