import { splitCompound } from "./compound.ts";
import { ENGLISH } from "./english.ts";
import { normalise } from "./folding.ts";
import { NO_LANGUAGE, type Language } from "./language.ts";
import type { QueryTerm } from "./query-term.ts";
import { isStopTerm } from "./term.ts";
import { splitPieces } from "./tokenizer.ts";
import { WordTerms } from "./word-terms.ts";

/** Incremented when a release makes different terms from the same text. */
const FORMAT = 1;

/** A term and the range of the text that it was made from, in UTF-16 code units. */
export interface Token {
  readonly term: string;
  readonly start: number;
  readonly end: number;
}

/** Turns text into terms, stored texts and queries alike. */
export interface Analyzer {
  /** Equal ids make equal terms. Store it beside the terms to tell when they have to be made again. */
  readonly id: string;
  /**
   * Returns the terms of a stored text, in text order and with repetitions. A term is never empty,
   * contains no white space and has at most `MAX_TERM_LENGTH` code units, so that a text's terms can
   * be stored as one string (`joinTerms`). Stop words are included, marked by a leading `~`.
   */
  analyze(text: string): string[];
  /**
   * Returns the distinct terms to search for, in query order. Stop words are left out unless the
   * query has no other words ("who is it?", "to be or not to be"). With `prefix`, the last word
   * stands for all words that begin with it, and comes last.
   */
  analyzeQuery(text: string, options?: QueryAnalysisOptions): QueryTerm[];
  /** Returns the terms of a text with their places. The parts of a compound follow the whole. */
  tokenize(text: string): Token[];
}

export interface QueryAnalysisOptions {
  /** Whether the last word is the beginning of a word. Default `false`. */
  prefix?: boolean;
}

export interface AnalyzerOptions {
  /** Default `"english"`. Any other language comes from `loadLanguage`. */
  language?: "english" | "none" | Language;
  /** Replaces the language's own stop words. */
  stopWords?: Iterable<string>;
}

/**
 * Makes an analyzer. It lower-cases words of any script, folds accents, stems, and resolves
 * possessives and contractions. "GPT-4o" gives `gpt4o`, `gpt` and `4o`, "$50,000" gives `50000`,
 * "v2.1" stays whole; scripts without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese) are
 * split by `Intl.Segmenter`. Accepts any string, in time proportional to its length.
 */
export function createAnalyzer(options: AnalyzerOptions = {}): Analyzer {
  return new TextAnalyzer(options);
}

class TextAnalyzer implements Analyzer {
  readonly id: string;
  readonly #terms: WordTerms;
  #segmenter: Intl.Segmenter | undefined;

  constructor(options: AnalyzerOptions) {
    const language = languageOf(options);
    const stopWords = options.stopWords
      ? new Set(Array.from(options.stopWords, normalise))
      : language.stopWords;
    this.id = `${FORMAT}:${language.name}:${digest([...stopWords].toSorted().join(" "))}`;
    this.#terms = new WordTerms(language, stopWords);
  }

  analyze(text: string): string[] {
    return this.tokenize(text).map((token) => token.term);
  }

  analyzeQuery(text: string, { prefix = false }: QueryAnalysisOptions = {}): QueryTerm[] {
    if (!prefix) {
      const terms = new Set(this.analyze(text));
      const content = [...terms].filter((term) => !isStopTerm(term));
      return content.length > 0 ? content : [...terms];
    }
    return this.#analyzeBegun(text);
  }

  #analyzeBegun(text: string): QueryTerm[] {
    const words: { readonly word: string; readonly end: number }[] = [];
    this.#forEachWord(text, (word, _, end) => {
      if (this.#terms.of(word).length > 0) words.push({ word, end });
    });
    // A compound's last part ends where the compound does: both are the last word.
    const end = words.at(-1)?.end;
    const beginnings = words
      .filter((each) => each.end === end)
      .map(({ word }) => this.#terms.beginning(word));
    const [first] = beginnings;
    if (first === undefined) return [];
    const terms = new Set([
      ...words.filter((each) => each.end !== end).flatMap(({ word }) => this.#terms.of(word)),
      ...beginnings.flatMap(({ before }) => before),
    ]);
    const content = [...terms].filter((term) => !isStopTerm(term));
    const starts = beginnings.map(({ start }) => start);
    const stems = beginnings.flatMap((each) => each.stems);
    const stopTerms = beginnings.flatMap(({ stopTerm }) => stopTerm ?? []);
    const onlyStopWords = content.length === 0 && stopTerms.length === beginnings.length;
    const last = { name: `${first.start}*`, starts, stems };
    if (!onlyStopWords) return [...content, last];
    return [...terms, { ...last, stems: [...stems, ...stopTerms] }];
  }

  tokenize(text: string): Token[] {
    const tokens: Token[] = [];
    this.#forEachWord(text, (word, start, end) => {
      for (const term of this.#terms.of(word)) tokens.push({ term, start, end });
    });
    return tokens;
  }

  /** Visits the parts of the text that terms are made from. */
  #forEachWord(text: string, visit: (word: string, start: number, end: number) => void): void {
    for (const { kind, start, end } of splitPieces(text)) {
      const piece = text.slice(start, end);
      if (kind === "word") visit(piece, start, end);
      else if (kind === "compound") {
        for (const part of splitCompound(piece)) {
          visit(part.word, start + part.start, start + part.start + part.length);
        }
      } else {
        for (const { segment, index } of this.#segments(piece)) {
          visit(segment, start + index, start + index + segment.length);
        }
      }
    }
  }

  #segments(text: string): Intl.Segments {
    // A fixed locale, so that the words do not depend on the machine's.
    this.#segmenter ??= new Intl.Segmenter("en", { granularity: "word" });
    return this.#segmenter.segment(text);
  }
}

function languageOf({ language = "english" }: AnalyzerOptions): Language {
  if (language === "english") return ENGLISH;
  return language === "none" ? NO_LANGUAGE : language;
}

/** FNV-1a, 32 bits: only tells lists of stop words apart. */
function digest(text: string): string {
  let hash = 0x81_1c_9d_c5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01_00_01_93);
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}
