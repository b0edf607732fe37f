import type { Table } from "@lancedb/lancedb";
import { isMemoryError, throwIfAborted, type Embedder, type ReembedOptions } from "@mem/core";
import { embedChecked } from "./embedding.ts";
import type { KeptVectors } from "./kept-vectors.ts";
import { partsOf } from "./text-vectors.ts";

/** What goes into one request, and is lost when it is cut off. */
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
  /** Texts of this round whose vectors are there. */
  #done = 0;
  /** Of the rounds before. */
  #doneBefore = 0;
  #total = 0;

  constructor(embedder: Embedder, kept: KeptVectors, options: ReembedOptions) {
    this.#embedder = embedder;
    this.#kept = kept;
    this.#options = options;
  }

  /**
   * Has `look` take the texts that there are, and again those that there are then, until there are few that are new or
   * it becomes no less. Rejects with `MEM_EMBEDDING`, `MEM_DIMENSION` or `MEM_ABORTED`.
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

  /** Tells how many texts there are, about. */
  expect(total: number): void {
    this.#total = Math.max(total, this.#doneBefore);
  }

  /** Sees to a text. */
  async take(text: string): Promise<void> {
    throwIfAborted(this.#options.signal);
    for (const part of partsOf(text)) {
      if (this.#open.has(part) || this.#kept.has(part)) continue;
      if (this.#open.size > 0 && this.#isFull(part)) await this.#request();
      this.#open.add(part);
      this.#characters += part.length;
    }
    this.#waiting++;
  }

  /** Sees to the texts of rows, but for those that count no more. */
  async takeRows(
    table: Table,
    condition: string,
    isReplaced: (id: string) => boolean = () => false,
  ): Promise<void> {
    for await (const batch of table.query().where(condition).select(["id", "text"])) {
      const ids = batch.getChild("id");
      const texts = batch.getChild("text");
      for (let row = 0; row < batch.numRows; row++) {
        if (!isReplaced(String(ids?.get(row)))) await this.take(String(texts?.get(row)));
      }
    }
  }

  #isFull(part: string): boolean {
    const characters = this.#characters + part.length;
    return this.#open.size >= PARTS_AT_ONCE || characters > CHARACTERS_AT_ONCE;
  }

  async #request(): Promise<void> {
    const parts = [...this.#open];
    if (parts.length > 0) await this.#kept.add(await this.#embed(parts));
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

  async #embed(parts: readonly string[]): Promise<Map<string, Float32Array>> {
    const { signal } = this.#options;
    try {
      const vectors = await embedChecked(this.#embedder, parts, "document", signal);
      return new Map(vectors.map((vector, i) => [parts[i] ?? "", vector]));
    } catch (error) {
      if (!isOfText(error)) throw error;
      return await this.#embedOneByOne(parts, error);
    }
  }

  /** One text that the embedder does not take shall not keep the others from their vectors: its own stays pending. */
  async #embedOneByOne(
    parts: readonly string[],
    error: unknown,
  ): Promise<Map<string, Float32Array>> {
    const { signal } = this.#options;
    const made = new Map<string, Float32Array>();
    for (const part of parts) {
      try {
        const [vector] = await embedChecked(this.#embedder, [part], "document", signal);
        if (vector !== undefined) made.set(part, vector);
      } catch (reason) {
        if (!isOfText(reason)) throw reason;
      }
    }
    // It takes none: then it is not the texts.
    if (made.size === 0 && (parts.length > 1 || this.#kept.size === 0)) throw error;
    return made;
  }
}

/** Whether it may be for a text that the embedder fails. */
function isOfText(error: unknown): boolean {
  return isMemoryError(error, "MEM_EMBEDDING") && !error.retryable;
}
