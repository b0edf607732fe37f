import { expect, test } from "vitest";
import { createAnalyzer } from "../src/index.ts";

const stems = (words: string): string => createAnalyzer({ stopWords: [] }).analyze(words).join(" ");

// The output of the published algorithm; the whole vocabularies of several corpora were compared once.
test.each([
  [
    "plurals",
    "cats ties cries gas this caresses possess gaps kiwis",
    "cat tie cri gas this caress possess gap kiwi",
  ],
  [
    "past and gerund",
    "feed agreed plastered bled motoring sing",
    "feed agre plaster bled motor sing",
  ],
  [
    "what the ending leaves",
    "luxuriated hopping hoping troubled sized falling",
    "luxuri hop hope troubl size fall",
  ],
  ["a final y", "cry by say happy", "cri by say happi"],
  [
    "-tion and -sion",
    "connection connect production product decision relational",
    "connect connect product product decis relat",
  ],
  [
    "derived nouns",
    "vietnamization operator feudalism decisiveness hopefulness",
    "vietnam oper feudal decis hope",
  ],
  [
    "derived adjectives",
    "conformably radically differently vilely analogously triplicate",
    "conform radic differ vile analog triplic",
  ],
  [
    "long suffixes",
    "revival allowance inference airliner adjustable replacement",
    "reviv allow infer airlin adjust replac",
  ],
  ["a final e or l", "probate rate cease controll roll", "probat rate ceas control roll"],
  [
    "words that would fall together",
    "generate general communism communication arsenal",
    "generat general communism communic arsenal",
  ],
  [
    "irregular words",
    "skies dying news proceed innings early sky",
    "sky die news proceed inning earli sky",
  ],
  ["words of one or two letters", "a is ox", "a is ox"],
  ["y as a consonant", "youth boyish enjoyed", "youth boyish enjoy"],
])("%s: %s", (_, words, expected) => {
  expect(stems(words)).toBe(expected);
});
