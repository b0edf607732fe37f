import { embeddedTexts } from "@mem/search";
import type { EntryChange } from "./draft.ts";
import { digestOf, type SavedVectors } from "./vector-file.ts";

/** A text that entries have. */
interface UsedText {
  uses: number;
  /** What is embedded: the text itself, or each passage of a long text. */
  readonly parts: readonly string[];
}

/** The vectors of the texts that entries have, and which of them are still to come. */
export class TextVectors {
  readonly #texts = new Map<string, UsedText>();
  /** How many texts have a part; a part of several texts is embedded once. */
  readonly #parts = new Map<string, number>();
  readonly #vectors = new Map<string, Float32Array>();
  readonly #missing = new Set<string>();
  /** Vectors of texts that entries are about to have. */
  readonly #offered = new Map<string, Float32Array>();
  readonly #onUnsaved: () => void;
  #unsaved = false;

  /** `onUnsaved` is called when the vectors are not those that were last loaded or saved. */
  constructor(onUnsaved: () => void) {
    this.#onUnsaved = onUnsaved;
  }

  /** The parts that have no vector, in the order in which they are to be tried. */
  get missing(): ReadonlySet<string> {
    return this.#missing;
  }

  /** How many vectors there are, and how many there are to be. */
  get progress(): { readonly done: number; readonly total: number } {
    return { done: this.#vectors.size, total: this.#vectors.size + this.#missing.size };
  }

  get unsaved(): boolean {
    return this.#unsaved;
  }

  /** One vector for each passage of the text; `undefined` until all of them are there. */
  of(text: string): readonly Float32Array[] | undefined {
    const vectors: Float32Array[] = [];
    for (const part of this.#texts.get(text)?.parts ?? []) {
      const vector = this.#vectors.get(part);
      if (vector === undefined) return undefined;
      vectors.push(vector);
    }
    return vectors.length > 0 ? vectors : undefined;
  }

  /** Whether the text has words and still lacks a vector. */
  isPending(text: string): boolean {
    return this.#texts.get(text)?.parts.some((part) => this.#missing.has(part)) ?? false;
  }

  /** Follows an entry that was added, removed or given another text. */
  follow({ before, after }: EntryChange): void {
    if (after !== undefined) this.#use(after.entry.text);
    if (before !== undefined) this.#release(before.entry.text);
  }

  /** Takes over the vectors of the texts that entries have; leaves the others. */
  load({ vectors }: SavedVectors): void {
    for (const part of this.#missing) {
      const vector = vectors.get(digestOf(part));
      if (vector !== undefined) this.#keep(part, vector);
    }
    if (vectors.size > this.#vectors.size) this.markUnsaved();
  }

  set(part: string, vector: Float32Array): void {
    // The part may be gone by now.
    if (!this.#parts.has(part)) return;
    this.#keep(part, vector);
    this.markUnsaved();
  }

  /** While `work` stores entries with these texts, takes these vectors instead of having them made. */
  async whileOffered<T>(
    offered: ReadonlyMap<string, Float32Array>,
    work: () => Promise<T>,
  ): Promise<T> {
    for (const [text, vector] of offered) {
      if (this.#missing.has(text)) this.set(text, vector);
      this.#offered.set(text, vector);
    }
    try {
      return await work();
    } finally {
      for (const text of offered.keys()) this.#offered.delete(text);
    }
  }

  /** Moves a part behind all others that are to be tried. */
  postpone(part: string): void {
    if (this.#missing.delete(part)) this.#missing.add(part);
  }

  /** How many vectors differ in `saved`, or are missing there; 0 while there are unsaved changes. */
  differingFrom(saved: ReadonlyMap<string, Float32Array>): number {
    if (this.#unsaved) return 0;
    return [...this.#vectors].filter(([part, vector]) => {
      const found = saved.get(digestOf(part));
      return found === undefined || !vector.every((number, i) => Object.is(number, found[i]));
    }).length;
  }

  /** All vectors, by the digest of their text. They count as saved from now on. */
  take(): Map<string, Float32Array> {
    this.#unsaved = false;
    return new Map(Array.from(this.#vectors, ([part, vector]) => [digestOf(part), vector]));
  }

  /** Also called if they could not be saved after all. */
  markUnsaved(): void {
    this.#unsaved = true;
    this.#onUnsaved();
  }

  #keep(part: string, vector: Float32Array): void {
    this.#vectors.set(part, vector);
    this.#missing.delete(part);
  }

  #use(text: string): void {
    // Services refuse a blank text.
    if (text.trim() === "") return;
    const known = this.#texts.get(text);
    if (known !== undefined) {
      known.uses += 1;
      return;
    }
    const parts = embeddedTexts(text);
    this.#texts.set(text, { uses: 1, parts });
    for (const part of parts) {
      const having = this.#parts.get(part) ?? 0;
      this.#parts.set(part, having + 1);
      if (having > 0) continue;
      this.#missing.add(part);
      const offered = this.#offered.get(part);
      if (offered !== undefined) this.set(part, offered);
    }
  }

  #release(text: string): void {
    const known = this.#texts.get(text);
    if (known === undefined) return;
    known.uses -= 1;
    if (known.uses > 0) return;
    this.#texts.delete(text);
    for (const part of known.parts) {
      const left = (this.#parts.get(part) ?? 0) - 1;
      if (left > 0) {
        this.#parts.set(part, left);
        continue;
      }
      this.#parts.delete(part);
      this.#missing.delete(part);
      if (this.#vectors.delete(part)) this.markUnsaved();
    }
  }
}
