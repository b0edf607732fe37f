import { fold, normalise } from "./folding.ts";
import type { Language } from "./language.ts";
import { MAX_TERM_LENGTH, stopTerm } from "./term.ts";

const REMEMBERED_WORDS = 8192;
/** V8 copies slices up to here; a longer one, as a key, would keep the text it was cut from. */
const COPIED_SLICE_LENGTH = 12;

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

  #make(word: string): string[] {
    const normal = normalise(word);
    const { contraction } = this.#language;
    const words = contraction ? [this.#withoutApostrophes(normal, contraction)] : normal.split("'");
    return words.map((each) => this.#term(each)).filter((term) => term !== "");
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
