import type { Token } from "./analyzer.ts";

/** A word of a query or a phrase: its term and, of a compound ("e-mail"), those of its parts. */
export interface Word {
  readonly term: string;
  readonly parts: readonly string[];
}

/** The words that the tokens of `tokenize` are of. */
export function wordsOf(tokens: readonly Token[]): Word[] {
  const words: Word[] = [];
  for (let at = 0; at < tokens.length;) {
    const token = tokens[at] as Token;
    const parts = partsOf(token, tokens, at + 1);
    words.push({ term: token.term, parts });
    at += 1 + parts.length;
  }
  return words;
}

/** The terms that follow a compound's own and lie within it. */
function partsOf({ start, end }: Token, tokens: readonly Token[], from: number): string[] {
  const parts: string[] = [];
  for (let at = from; at < tokens.length; at++) {
    const token = tokens[at] as Token;
    if (token.end > end || token.end - token.start >= end - start) break;
    parts.push(token.term);
  }
  return parts;
}

/**
 * Whether these words stand next to each other, in this order, in a document given as the terms of `analyze`. A
 * compound counts as its whole or as its parts, in the phrase as in the document: "from GPT" and "from gpt4o" are both in
 * "from GPT-4o", whose terms are `~from gpt4o gpt 4o`.
 */
export function hasPhrase(terms: readonly string[], words: readonly Word[]): boolean {
  const [first] = words;
  if (first === undefined) return true;
  const openings = new Set([first.term, first.parts[0] ?? first.term]);
  return terms.some((term, at) => openings.has(term) && follows(terms, at, words));
}

function follows(terms: readonly string[], start: number, words: readonly Word[]): boolean {
  let places: readonly number[] = [start];
  for (const { term, parts } of words) {
    const wholes = afterTerm(terms, places, term);
    const inParts = parts.length === 0 ? [] : afterAll(terms, places, parts);
    places = [...new Set([...wholes, ...inParts])];
    if (places.length === 0) return false;
  }
  return true;
}

function afterAll(
  terms: readonly string[],
  places: readonly number[],
  wanted: readonly string[],
): readonly number[] {
  let ends = places;
  for (const term of wanted) ends = afterTerm(terms, ends, term);
  return ends;
}

/** Where one may go on that was at one of these places and reads this term. */
function afterTerm(terms: readonly string[], places: readonly number[], wanted: string): number[] {
  return places.flatMap((place) => {
    // The whole of a compound takes no place of its own: its first part may be what comes next.
    const starts = terms[place] !== wanted && countParts(terms, place) > 0 ? [place + 1] : [place];
    return starts
      .filter((at) => terms[at] === wanted)
      .flatMap((at) => {
        const parts = countParts(terms, at);
        return parts === 0 ? [at + 1] : [at + 1, at + 1 + parts];
      });
  });
}

/** The most letters that are lost with an ending ("organization", indexed as `organ`), or change with it. */
const LONGEST_ENDING = 8;
/** Of a shorter part, all letters count. */
const SHORTEST_STEM = 4;

/**
 * How many of the terms that follow are parts of this one, if it is the whole of a compound, else 0. Terms do not say
 * so, but it shows: the parts make up the whole, but for endings that the stemmer took.
 */
function countParts(terms: readonly string[], at: number): number {
  const whole = terms[at] ?? "";
  let end = 0;
  let count = 0;
  while (end < whole.length) {
    const term = terms[at + 1 + count]?.replace("~", "");
    if (term === undefined) break;
    // "category" is indexed as `categori`: the last letter of a stem may be another than the word's.
    const part = term.length < SHORTEST_STEM ? term : term.slice(0, -1);
    const start = whole.indexOf(part, end);
    if (start < 0 || start - end > (count === 0 ? 0 : LONGEST_ENDING)) break;
    end = start + part.length;
    count += 1;
  }
  return count > 1 && whole.length - end <= LONGEST_ENDING ? count : 0;
}
