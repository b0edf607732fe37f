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

/** Whether a document, given as the terms of `analyze`, has a phrase. */
export type PhraseTest = (terms: readonly string[]) => boolean;

/**
 * Tells whether these words stand next to each other, in this order. A compound counts as its whole or as its parts, in
 * the phrase as in the document: "from GPT" and "from gpt4o" are both in "from GPT-4o", whose terms are
 * `~from gpt4o gpt 4o`.
 *
 * Every bit of a number is a term of the phrase that may come next, so that all beginnings are followed at once (Baeza-Yates and
 * Gonnet, "A new approach to text searching", 1992): a text of one word, over and over, takes no more time than another.
 */
export function createPhraseTest(words: readonly Word[]): PhraseTest {
  const phrase = phraseOf(words);
  return (terms) => {
    let active = phrase.start;
    const later = new Map<number, bigint>();
    for (const [at, term] of terms.entries()) {
      active |= phrase.start | (later.get(at) ?? 0n);
      const read = active & (phrase.bits.get(term) ?? 0n);
      let next = 0n;
      if (read !== 0n || active !== phrase.start) {
        const parts = countParts(terms, at);
        // The whole of a compound takes no place of its own: its first part may be what comes next.
        if (parts > 0) next = active;
        if (read !== 0n) {
          const after = pass(read, phrase);
          if ((after & phrase.end) !== 0n) return true;
          next |= after;
          const behind = at + 1 + parts;
          if (parts > 0) later.set(behind, (later.get(behind) ?? 0n) | after);
        }
      }
      active = next;
    }
    return false;
  };
}

interface Phrase {
  /** Where each term stands. */
  readonly bits: ReadonlyMap<string, bigint>;
  readonly start: bigint;
  readonly end: bigint;
  /** The wholes of compounds; the first part of each has the bit after its own. */
  readonly wholes: bigint;
  /** The bit of what follows a compound, by that of its whole. */
  readonly afterWhole: ReadonlyMap<bigint, bigint>;
}

function phraseOf(words: readonly Word[]): Phrase {
  const bits = new Map<string, bigint>();
  const afterWhole = new Map<bigint, bigint>();
  let wholes = 0n;
  let end = 1n;
  for (const { term, parts } of words) {
    const first = end;
    for (const each of [term, ...parts]) {
      bits.set(each, (bits.get(each) ?? 0n) | end);
      end <<= 1n;
    }
    if (parts.length === 0) continue;
    wholes |= first;
    afterWhole.set(first, end);
  }
  return { bits, start: withParts(1n, wholes), end, wholes, afterWhole };
}

/** What may come after these terms were read. */
function pass(read: bigint, { wholes, afterWhole }: Phrase): bigint {
  const whole = read & wholes;
  let after = (read ^ whole) << 1n;
  if (whole !== 0n) {
    for (const [bit, end] of afterWhole) if ((whole & bit) !== 0n) after |= end;
  }
  return withParts(after, wholes);
}

/** Where the whole of a compound may come, so may its first part. */
function withParts(bits: bigint, wholes: bigint): bigint {
  return bits | ((bits & wholes) << 1n);
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
