import type { Table } from "@lancedb/lancedb";
import { throwIfAborted, type Embedder, type ReembedOptions } from "@mem/core";
import { embeddedTexts } from "@mem/search";
import { embedTexts } from "./embedded-texts.ts";
import type { KeptVectors } from "./kept-vectors.ts";
import { textIn } from "../table/packed-row.ts";
import { PACKED_COLUMNS } from "../table/row.ts";

/** What goes into one request, and is lost if that is cut off. */
const PARTS_AT_ONCE = 256;
const CHARACTERS_AT_ONCE = 500_000;
const FEW_TEXTS = 256;
const MOST_ROUNDS = 5;

/** Makes the vectors of texts that are not kept yet, and keeps them. */
export class VectorMaking {
  readonly #embedder: Embedder;
  readonly #kept: KeptVectors;
  readonly #options: ReembedOptions;
  readonly #open = new Set<string>();
  #characters = 0;
  /** Texts that were looked at since the last request. */
  #waiting = 0;
  /** Texts of this round whose vectors have been made. */
  #done = 0;
  /** The same for the rounds before. */
  #doneBefore = 0;
  #total = 0;

  constructor(embedder: Embedder, kept: KeptVectors, options: ReembedOptions) {
    this.#embedder = embedder;
    this.#kept = kept;
    this.#options = options;
  }

  /**
   * Has `look` take all current texts, round after round, until a further round finds few new ones, at most
   * `MOST_ROUNDS` times. Rejects with `MEM_EMBEDDING`, `MEM_DIMENSION` or `MEM_ABORTED`.
   */
  async inRounds(look: () => Promise<void>): Promise<void> {
    for (let round = 1; round <= MOST_ROUNDS; round++) {
      const before = this.#kept.size;
      await look();
      await this.#request();
      this.#total = Math.max(this.#done, this.#doneBefore);
      this.#report();
      this.#doneBefore = this.#total;
      this.#done = 0;
      if (round > 1 && this.#kept.size - before <= FEW_TEXTS) return;
    }
  }

  /** Sets the approximate number of texts. */
  expect(total: number): void {
    this.#total = Math.max(total, this.#doneBefore);
  }

  /** Takes a text whose vectors are to be made. */
  async take(text: string): Promise<void> {
    throwIfAborted(this.#options.signal);
    for (const part of embeddedTexts(text)) {
      if (this.#open.has(part) || this.#kept.has(part)) continue;
      if (this.#open.size > 0 && this.#isFull(part)) await this.#request();
      this.#open.add(part);
      this.#characters += part.length;
    }
    this.#waiting++;
  }

  /** Takes the texts of rows, except rows that no longer count. */
  async takeRows(
    table: Table,
    condition: string,
    isReplaced: (id: string) => boolean = () => false,
  ): Promise<void> {
    for await (const batch of table
      .query()
      .where(condition)
      .select([...PACKED_COLUMNS])) {
      const ids = batch.getChild("id");
      const entries = batch.getChild("entry");
      for (let row = 0; row < batch.numRows; row++) {
        if (isReplaced(String(ids?.get(row)))) continue;
        await this.take(textIn(String(entries?.get(row))));
      }
    }
  }

  #isFull(part: string): boolean {
    const characters = this.#characters + part.length;
    return this.#open.size >= PARTS_AT_ONCE || characters > CHARACTERS_AT_ONCE;
  }

  async #request(): Promise<void> {
    const parts = [...this.#open];
    if (parts.length > 0) await this.#embed(parts);
    this.#open.clear();
    this.#characters = 0;
    this.#done += this.#waiting;
    this.#waiting = 0;
    this.#report();
  }

  #report(): void {
    const done = Math.max(this.#done, this.#doneBefore);
    this.#options.onProgress?.({ done, total: Math.max(this.#total, done) });
  }

  async #embed(parts: readonly string[]): Promise<void> {
    const made = await embedTexts(this.#embedder, parts, this.#options.signal);
    const { vectors, failure, areRefused = false } = made;
    if (vectors.size > 0) await this.#kept.add(vectors);
    if (failure === undefined || areRefused) return;
    // It is the only part that is left. Others got their vectors, so this text is the cause; its vector stays pending.
    if (failure.retryable || parts.length > 1 || this.#kept.size === 0) throw failure;
  }
}
