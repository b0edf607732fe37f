import type { Table } from "@lancedb/lancedb";
import { isMemoryError, type Embedder, type ReembedOptions } from "@mem/core";
import { embedChecked } from "./embedding.ts";
import type { KeptVectors } from "./kept-vectors.ts";
import { partsOf } from "./text-vectors.ts";

/** What goes into one request, and is lost when it is cut off. */
const PARTS_AT_ONCE = 256;
const CHARACTERS_AT_ONCE = 500_000;

/** Makes the vectors of texts that are not kept yet, and keeps them. */
export class VectorMaking {
  readonly #embedder: Embedder;
  readonly #kept: KeptVectors;
  readonly #options: ReembedOptions;
  readonly #open = new Set<string>();
  #characters = 0;
  /** Texts that were looked at since the last request. */
  #waiting = 0;
  #done = 0;
  #total: number;

  /** `total`: of the texts, as far as is known. */
  constructor(embedder: Embedder, kept: KeptVectors, options: ReembedOptions, total: number) {
    this.#embedder = embedder;
    this.#kept = kept;
    this.#options = options;
    this.#total = total;
  }

  /** Sees to a text. Rejects with `MEM_EMBEDDING`, `MEM_DIMENSION` or `MEM_ABORTED`. */
  async take(text: string): Promise<void> {
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

  /** Sees to those that wait for others; how many texts were looked at. */
  async finish(): Promise<number> {
    await this.#request();
    this.#total = this.#done;
    this.#report();
    return this.#done;
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
    const total = Math.max(this.#total, this.#done);
    this.#options.onProgress?.({ done: this.#done, total });
  }

  async #embed(parts: readonly string[]): Promise<Map<string, Float32Array>> {
    const { signal } = this.#options;
    try {
      const vectors = await embedChecked(this.#embedder, parts, "document", signal);
      return new Map(vectors.map((vector, i) => [parts[i] ?? "", vector]));
    } catch (error) {
      const isRefusal = isMemoryError(error) && !error.retryable && error.code !== "MEM_ABORTED";
      if (!isRefusal || (parts.length === 1 && this.#kept.size === 0)) throw error;
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
        if (!isMemoryError(reason) || reason.retryable || reason.code === "MEM_ABORTED")
          throw reason;
      }
    }
    // It takes none: then it is not the texts.
    if (made.size === 0 && this.#kept.size === 0) throw error;
    return made;
  }
}
