import type { EntryChange } from "./draft.ts";
import { digestOf, type SavedVectors } from "./vector-file.ts";

/** The vectors of the texts that entries have, and which of them are still to come. */
export class TextVectors {
  readonly #uses = new Map<string, number>();
  readonly #vectors = new Map<string, Float32Array>();
  readonly #missing = new Set<string>();
  /** Of texts that entries are about to have. */
  readonly #offered = new Map<string, Float32Array>();
  readonly #onUnsaved: () => void;
  #unsaved = false;

  /** `onUnsaved` is told when there is something else than what was loaded or saved last. */
  constructor(onUnsaved: () => void) {
    this.#onUnsaved = onUnsaved;
  }

  /** Texts without a vector, those first that are to be tried first. */
  get missing(): ReadonlySet<string> {
    return this.#missing;
  }

  get unsaved(): boolean {
    return this.#unsaved;
  }

  of(text: string): Float32Array | undefined {
    return this.#vectors.get(text);
  }

  /** Keeps up with an entry that came, went or got another text. */
  follow({ before, after }: EntryChange): void {
    if (after !== undefined) this.#use(after.entry.text);
    if (before !== undefined) this.#release(before.entry.text);
  }

  /** Takes over the vectors of the texts that are there; those of others are left behind. */
  load({ vectors }: SavedVectors): void {
    for (const text of this.#missing) {
      const vector = vectors.get(digestOf(text));
      if (vector !== undefined) this.#keep(text, vector);
    }
    if (vectors.size > this.#vectors.size) this.markUnsaved();
  }

  set(text: string, vector: Float32Array): void {
    // It may be gone by now.
    if (!this.#uses.has(text)) return;
    this.#keep(text, vector);
    this.markUnsaved();
  }

  /** While `work` stores entries of these texts, takes their vectors instead of having them made. */
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

  /** Tries a text only after all others. */
  postpone(text: string): void {
    if (this.#missing.delete(text)) this.#missing.add(text);
  }

  /** How many of those that are saved are others there, or none. */
  differingFrom(saved: ReadonlyMap<string, Float32Array>): number {
    if (this.#unsaved) return 0;
    return [...this.#vectors].filter(([text, vector]) => {
      const found = saved.get(digestOf(text));
      return found === undefined || !vector.every((number, i) => Object.is(number, found[i]));
    }).length;
  }

  /** All there are, by the digest of their text. They count as saved from now on. */
  take(): Map<string, Float32Array> {
    this.#unsaved = false;
    return new Map(Array.from(this.#vectors, ([text, vector]) => [digestOf(text), vector]));
  }

  /** Also for when they could not be saved after all. */
  markUnsaved(): void {
    this.#unsaved = true;
    this.#onUnsaved();
  }

  #keep(text: string, vector: Float32Array): void {
    this.#vectors.set(text, vector);
    this.#missing.delete(text);
  }

  #use(text: string): void {
    // Services refuse a text without a word.
    if (text.trim() === "") return;
    const uses = this.#uses.get(text) ?? 0;
    this.#uses.set(text, uses + 1);
    if (uses > 0) return;
    this.#missing.add(text);
    const offered = this.#offered.get(text);
    if (offered !== undefined) this.set(text, offered);
  }

  #release(text: string): void {
    const uses = this.#uses.get(text) ?? 0;
    if (uses > 1) {
      this.#uses.set(text, uses - 1);
      return;
    }
    this.#uses.delete(text);
    this.#missing.delete(text);
    if (this.#vectors.delete(text)) this.markUnsaved();
  }
}
