import type { Analyzer, Token } from "./analyzer.ts";
import { createTermTest, type QueryTerm } from "./query-term.ts";

/** A range of a text, in UTF-16 code units. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** A short part of a text that shows why it was found. */
export interface Snippet {
  readonly text: string;
  /** Where the snippet starts in the whole text. */
  readonly start: number;
  /** The query's words, as offsets into `text`, in order and without overlaps. */
  readonly matches: readonly TextRange[];
}

export interface SnippetOptions {
  /** Maximum length of the snippet, in UTF-16 code units. Default 160. */
  length?: number;
}

const LENGTH = 160;

/**
 * Cuts out the part of a text with the most distinct terms of a query (then with the most matches,
 * then the first), at word boundaries and never through a surrogate pair. `terms` and `analyzer` are
 * those of the search. If nothing matches, the snippet is the beginning of the text.
 */
export function snippet(
  text: string,
  terms: Iterable<QueryTerm>,
  analyzer: Analyzer,
  { length = LENGTH }: SnippetOptions = {},
): Snippet {
  return snippetOf(text, analyzer.tokenize(text), terms, length);
}

/** `snippet` for a text whose tokens are known. */
export function snippetOf(
  text: string,
  tokens: readonly Token[],
  terms: Iterable<QueryTerm>,
  length: number = LENGTH,
): Snippet {
  const wanted = createTermTest(terms);
  const found = mergeOverlapping(tokens.filter(({ term }) => wanted(term)));
  const { start, end } = passageAround(bestWindow(found, length), text, tokens, length);
  const matches = found
    .filter((match) => match.start < end && match.end > start)
    .map((match) => ({
      start: Math.max(match.start, start) - start,
      end: Math.min(match.end, end) - start,
    }));
  return { text: text.slice(start, end), start, matches };
}

interface Match extends TextRange {
  terms: string[];
}

/** A compound and its parts are one match. */
function mergeOverlapping(tokens: readonly Token[]): Match[] {
  const matches: Match[] = [];
  for (const { term, start, end } of tokens) {
    const last = matches.at(-1);
    if (last && start < last.end) {
      last.terms.push(term);
      matches[matches.length - 1] = { ...last, end: Math.max(last.end, end) };
    } else {
      matches.push({ terms: [term], start, end });
    }
  }
  return matches;
}

/** The best run of matches that fits into `length`; a single one may be longer. */
function bestWindow(matches: readonly Match[], length: number): TextRange {
  let best = { start: 0, end: 0, distinct: 0, total: 0 };
  const inside = new Map<string, number>();
  let first = 0;
  let total = 0;
  const count = (match: Match, by: 1 | -1): void => {
    for (const term of match.terms) {
      const left = (inside.get(term) ?? 0) + by;
      if (left === 0) inside.delete(term);
      else inside.set(term, left);
    }
    total += by;
  };
  for (const [last, match] of matches.entries()) {
    count(match, 1);
    let opening = matches[first];
    while (opening && first < last && match.end - opening.start > length) {
      count(opening, -1);
      first += 1;
      opening = matches[first];
    }
    const distinct = inside.size;
    if (distinct > best.distinct || (distinct === best.distinct && total > best.total)) {
      best = { start: opening?.start ?? match.start, end: match.end, distinct, total };
    }
  }
  return best;
}

/** Widens a window on both sides, by whole words, as far as `length` allows. */
function passageAround(
  window: TextRange,
  text: string,
  tokens: readonly Token[],
  length: number,
): TextRange {
  if (text.length <= length) return { start: 0, end: text.length };
  const spare = Math.max(0, length - (window.end - window.start));
  const from = Math.min(window.start - Math.floor(spare / 2), text.length - length);
  const start = from <= 0 ? 0 : (tokens.find((token) => token.start >= from)?.start ?? 0);
  const limit = Math.min(text.length, start + length);
  const lastWord = tokens.findLast((token) => token.start >= start && token.end <= limit);
  return { start, end: lastWord ? pastPunctuation(text, lastWord.end, limit) : cut(text, limit) };
}

function pastPunctuation(text: string, end: number, limit: number): number {
  let at = end;
  while (at < limit && /[.,;:!?…'"’”»\)\]\}]/v.test(text.charAt(at))) at += 1;
  return at;
}

/** `at`, or one less if it would split a surrogate pair. */
function cut(text: string, at: number): number {
  return (text.codePointAt(at - 1) ?? 0) > 0xff_ff ? at - 1 : at;
}
