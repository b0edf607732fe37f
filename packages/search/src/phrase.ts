import type { Token } from "./analyzer.ts";

/** A word of a query or a phrase: its term and, for a compound ("e-mail"), the terms of its parts. */
export interface Word {
  readonly term: string;
  readonly parts: readonly string[];
}

/** Groups the tokens of `tokenize` into words. */
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

/** The terms of a compound's parts: they follow its own term and lie within its range. */
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
 * Makes a test for whether these words stand next to each other, in this order. A compound counts as its whole or as
 * its parts, in the phrase as in the document: "from GPT" and "from gpt4o" are both in "from GPT-4o", whose terms are
 * `~from gpt4o gpt 4o`.
 *
 * Each bit of a number stands for a term of the phrase that may come next, so that all partial matches are followed at
 * once (Baeza-Yates and Gonnet, "A new approach to text searching", 1992): a text that repeats one word takes no more
 * time than any other.
 */
export function createPhraseTest(words: readonly Word[]): PhraseTest {
  const phrase = phraseOf(words);
  return (terms) => {
    let active = phrase.start;
    const later = new Map<number, bigint>();
    for (const [at, term] of terms.entries()) {
      active |= phrase.start | (later.get(at) ?? 0n);
      later.delete(at);
      const read = active & (phrase.bits.get(term) ?? 0n);
      let next = 0n;
      if (read !== 0n || active !== phrase.start) {
        const parts = countParts(terms, at);
        // The whole of a compound takes no position of its own: its first part may be the next term.
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
  /** The positions of each term, as bits. */
  readonly bits: ReadonlyMap<string, bigint>;
  readonly start: bigint;
  readonly end: bigint;
  /** The bits of compounds' wholes; the first part of each has the next bit. */
  readonly wholes: bigint;
  /** The same bits, by how many bits later the word after the compound is. */
  readonly wholesBefore: ReadonlyMap<bigint, bigint>;
}

function phraseOf(words: readonly Word[]): Phrase {
  const bits = new Map<string, bigint>();
  const wholesBefore = new Map<bigint, bigint>();
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
    const distance = BigInt(1 + parts.length);
    wholesBefore.set(distance, (wholesBefore.get(distance) ?? 0n) | first);
  }
  return { bits, start: withParts(1n, wholes), end, wholes, wholesBefore };
}

/** The terms that may come after these. */
function pass(read: bigint, { wholes, wholesBefore }: Phrase): bigint {
  const whole = read & wholes;
  let after = (read ^ whole) << 1n;
  if (whole !== 0n) {
    for (const [distance, those] of wholesBefore) after |= (whole & those) << distance;
  }
  return withParts(after, wholes);
}

/** If the whole of a compound may come next, so may its first part. */
function withParts(bits: bigint, wholes: bigint): bigint {
  return bits | ((bits & wholes) << 1n);
}

/** The most letters that stemming removes ("organization" becomes `organ`) or changes. */
const LONGEST_ENDING = 8;
/** All letters of a shorter part have to match. */
const SHORTEST_STEM = 4;

/**
 * How many of the following terms are parts of this one, if it is the whole of a compound; otherwise 0. Terms are not
 * marked as parts, but the parts make up the whole, except for endings that the stemmer removed.
 */
function countParts(terms: readonly string[], at: number): number {
  const whole = terms[at] ?? "";
  let end = 0;
  let count = 0;
  while (end < whole.length) {
    const term = terms[at + 1 + count]?.replace("~", "");
    if (term === undefined) break;
    // "category" is indexed as `categori`: the last letter of a stem may differ from the word's.
    const part = term.length < SHORTEST_STEM ? term : term.slice(0, -1);
    const start = whole.indexOf(part, end);
    if (start < 0 || start - end > (count === 0 ? 0 : LONGEST_ENDING)) break;
    end = start + part.length;
    count += 1;
  }
  return count > 1 && whole.length - end <= LONGEST_ENDING ? count : 0;
}
