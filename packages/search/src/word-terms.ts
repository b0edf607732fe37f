import { fold, normalise } from "./folding.ts";
import type { Language } from "./language.ts";
import { isStopTerm, MAX_TERM_LENGTH, stopTerm } from "./term.ts";

/** Takes some megabytes for one store; with fewer, most words of a large store would be stemmed each time. */
const REMEMBERED_WORDS = 32_768;
/** V8 copies slices up to this length; a longer one, as a key, would keep the whole text in memory. */
const COPIED_SLICE_LENGTH = 12;

/** What the beginning of a word may stand for. */
export interface Beginning {
  /** The terms of whole words before it. */
  readonly before: readonly string[];
  /** As written, except for case and accents. */
  readonly start: string;
  /** Terms of words with this beginning that do not start with `start`. */
  readonly stems: readonly string[];
  /** Its own term, if it is a stop word as it stands. */
  readonly stopTerm: string | undefined;
}

/** Makes the terms of single words: mostly one, none for a lone accent, several for "l'avion". */
export class WordTerms {
  readonly #language: Language;
  readonly #stopWords: ReadonlySet<string>;
  readonly #remembered = new Map<string, readonly string[]>();

  constructor(language: Language, stopWords: ReadonlySet<string>) {
    this.#language = language;
    this.#stopWords = stopWords;
  }

  of(word: string): readonly string[] {
    if (word.length > COPIED_SLICE_LENGTH) return this.#make(head(word));
    let terms = this.#remembered.get(word);
    if (terms === undefined) {
      if (this.#remembered.size >= REMEMBERED_WORDS) this.#remembered.clear();
      terms = this.#make(word);
      this.#remembered.set(word, terms);
    }
    return terms;
  }

  /** What a word may be the beginning of; of several ("l'avi"), only the last is: those before it are whole. */
  beginning(word: string): Beginning {
    const words = this.#split(head(word)).filter((each) => this.#term(each) !== "");
    const last = words.at(-1) ?? "";
    const start = head(fold(last).replaceAll("'", ""));
    const isStopWord = this.#stopWords.has(last);
    const whole = this.#language.endings?.flatMap((ending) => completions(last, ending)) ?? [];
    if (!isStopWord) whole.push(last);
    const stems = new Set(whole.map((each) => this.#term(each)));
    return {
      before: words.slice(0, -1).map((each) => this.#term(each)),
      start,
      stems: [...stems].filter((term) => !isStopTerm(term) && !term.startsWith(start)),
      stopTerm: isStopWord ? this.#term(last) : undefined,
    };
  }

  #make(word: string): string[] {
    return this.#split(word)
      .map((each) => this.#term(each))
      .filter((term) => term !== "");
  }

  #split(word: string): string[] {
    const normal = normalise(word);
    const { contraction } = this.#language;
    return contraction ? [this.#withoutApostrophes(normal, contraction)] : normal.split("'");
  }

  #withoutApostrophes(word: string, contraction: RegExp): string {
    const plain = this.#stopWords.has(word) ? word : word.replace(contraction, "");
    return this.#stopWords.has(plain) ? plain : plain.replaceAll("'", "");
  }

  #term(word: string): string {
    if (this.#stopWords.has(word)) return head(stopTerm(fold(word).replaceAll("'", "")));
    return head(fold(/\p{N}/v.test(word) ? word : this.#language.stem(word)));
  }
}

/** The first `MAX_TERM_LENGTH` code units, without half a surrogate pair at the end. */
function head(word: string): string {
  if (word.length <= MAX_TERM_LENGTH) return word;
  return word.slice(0, MAX_TERM_LENGTH).replace(/[\uD800-\uDBFF]$/, "");
}

/** The words that a beginning may become if its end is already the start of this ending. */
function completions(beginning: string, ending: string): string[] {
  if (/\p{N}/v.test(beginning)) return [];
  const words: string[] = [];
  for (let begun = 0; begun < ending.length; begun++) {
    if (beginning.endsWith(ending.slice(0, begun))) words.push(beginning + ending.slice(begun));
  }
  return words;
}
