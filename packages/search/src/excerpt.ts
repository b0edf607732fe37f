import type { Analyzer, Token } from "./analyzer.ts";
import { scoreKeyword, type KeywordQuery } from "./bm25.ts";
import { passagesOf, type Passage } from "./passages.ts";
import { createTermTest, type QueryTerm } from "./query-term.ts";
import { snippetOf } from "./snippet.ts";
import { createTermCounter } from "./term-counter.ts";

/** What to show of a text that a search found. */
export interface Excerpt {
  /** The passage that answers best. */
  readonly passage: Passage;
  /** A short part of the passage that shows why it was found. */
  readonly snippet: string;
  /** The words of the query that the text contains, as indexed. */
  readonly matched: readonly string[];
}

export interface ExcerptRequest {
  /** The whole text. */
  readonly text: string;
  readonly analyzer: Analyzer;
  /** The query; absent in a search by vector alone. */
  readonly query?: KeywordQuery | undefined;
  /** Index in `passagesOf` of the passage whose vector is nearest to the query's. Default: the first. */
  readonly nearest?: number | undefined;
}

/**
 * Finds what to show of a text: the passage that, with the headings above it, scores best by keyword (the first of
 * equals), or the nearest one if no word matches.
 */
export function excerpt({ text, analyzer, query, nearest = 0 }: ExcerptRequest): Excerpt {
  const passages = passagesOf(text);
  const terms = query?.terms ?? [];
  const isWhole = passages.length === 1;
  const tokens = query === undefined && !isWhole ? [] : analyzer.tokenize(text);
  const best = query && !isWhole ? bestPassage(passages, tokens, query, analyzer) : undefined;
  const passage = passages[best ?? nearest] ?? passages[0];
  // Mostly the passage is the whole text, which has been tokenized already.
  const ofPassage = passage.text === text ? tokens : analyzer.tokenize(passage.text);
  const cut = snippetOf(passage.text, ofPassage, terms).text;
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

/** Caches results: a heading is above many passages. */
function remember<T>(make: (text: string) => T): (text: string) => T {
  const made = new Map<string, T>();
  return (text) => {
    const result = made.get(text) ?? make(text);
    made.set(text, result);
    return result;
  };
}

/** In the order of the query; then the terms that match its prefix, as they occur in the text. */
function matchedTerms(tokens: readonly Token[], terms: readonly QueryTerm[]): string[] {
  const found = new Set(tokens.map(({ term }) => term).filter(createTermTest(terms)));
  const exact = terms.filter((term) => typeof term === "string" && found.has(term)) as string[];
  return [...new Set([...exact, ...found])];
}
