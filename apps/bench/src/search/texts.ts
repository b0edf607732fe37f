import { createRandom } from "../random.ts";

/*
 * Texts of 24 to 36 words from a vocabulary in which some words are common and most are rare, as in real ones: the most
 * common word is in every eleventh text, half of the words in fewer than one of a thousand.
 */

const VOCABULARY = 20_000;
/**
 * The offset of Mandelbrot's law: without it, the first words would be in every text, like stop words, which nobody
 * looks for.
 */
const OFFSET = 50;
const FEWEST_WORDS = 24;
const MORE_WORDS = 13;
const ASKED_WORDS = 4;

const SYLLABLES =
  "ba be bi bo bu da de di do du fa fe fi fo fu ga ge gi go gu ka ke ki ko ku".split(" ");
const TEXT_SEED = 777;

export function textAt(place: number): string {
  return wordsAt(place).join(" ");
}

/** A few words of an entry's text, in any order. */
export function drawQuestion(place: number, random: () => number): string {
  const words = [...new Set(wordsAt(place))];
  const asked = new Set<string>();
  while (asked.size < Math.min(ASKED_WORDS, words.length)) {
    asked.add(words[Math.floor(random() * words.length)] as string);
  }
  return [...asked].join(" ");
}

function wordsAt(place: number): string[] {
  const random = createRandom(TEXT_SEED ^ Math.imul(place, 0x85ebca6b));
  const count = FEWEST_WORDS + Math.floor(random() * MORE_WORDS);
  return Array.from({ length: count }, () => wordOf(drawRank(random())));
}

/** Inverts the distribution 1 / (rank + offset), with ranks from 0. */
function drawRank(share: number): number {
  return Math.floor(OFFSET * ((VOCABULARY + OFFSET) / OFFSET) ** share - OFFSET);
}

/** A word that no stemmer shortens, different for every rank. */
function wordOf(rank: number): string {
  let rest = rank;
  let word = "";
  for (let i = 0; i < 4; i++) {
    word += SYLLABLES[rest % SYLLABLES.length];
    rest = Math.floor(rest / SYLLABLES.length);
  }
  return `${word}x`;
}
