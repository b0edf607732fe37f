import {
  isMemoryError,
  MemoryError,
  type Clock,
  type Embedder,
  type Reembedded,
  type ReembedOptions,
} from "@mem/core";
import type { Catalog } from "./catalog.ts";
import { nextVectorPath, removeVectors, retainVectors, vectorPath } from "./vector-file.ts";
import { VectorStore } from "./vector-store.ts";

/** The vectors that a store works with: none, those of its embedder, or, after a `reembed`, those of another one. */
export class Vectors {
  readonly #path: string;
  readonly #nextPath: string;
  readonly #clock: Clock;
  readonly #catalog: Catalog;
  #current: VectorStore | undefined;
  /** Why the embedder that the store was opened with is not used: the vectors are another one's. */
  #refusal: MemoryError | undefined;
  /** The vectors that a `reembed` is making. */
  #next: VectorStore | undefined;
  #reembedding: Promise<unknown> | undefined;
  readonly #closing = new AbortController();

  private constructor(path: string, clock: Clock, catalog: Catalog) {
    this.#path = vectorPath(path);
    this.#nextPath = nextVectorPath(path);
    this.#clock = clock;
    this.#catalog = catalog;
  }

  /**
   * `path` is that of the entries. If the vectors are another embedder's, search by keyword goes on, and everything
   * that needs a vector is refused.
   */
  static async open(
    path: string,
    embedder: Embedder | undefined,
    clock: Clock,
    catalog: Catalog,
  ): Promise<Vectors> {
    const vectors = new Vectors(path, clock, catalog);
    if (embedder === undefined) return vectors;
    try {
      vectors.#current = await VectorStore.open(vectors.#path, embedder, clock, catalog);
    } catch (error) {
      const isForeign =
        isMemoryError(error, "MEM_EMBEDDING") || isMemoryError(error, "MEM_DIMENSION");
      if (!isForeign) throw error;
      vectors.#refusal = error;
    }
    return vectors;
  }

  /** `undefined` without an embedder, or if the vectors are another embedder's. */
  get current(): VectorStore | undefined {
    return this.#current;
  }

  /** Throws `MEM_EMBEDDING` or `MEM_DIMENSION`, with the remedy, if the vectors are another embedder's. */
  get usable(): VectorStore | undefined {
    if (this.#refusal !== undefined) throw this.#refusal;
    return this.#current;
  }

  /** What users should know. */
  get troubles(): readonly string[] {
    return this.#refusal === undefined ? (this.#current?.troubles ?? []) : [this.#refusal.message];
  }

  /**
   * Makes all vectors anew, in a separate file with which the next attempt goes on, then switches to them by replacing
   * the file of the former ones.
   */
  async reembed(embedder: Embedder, options: ReembedOptions = {}): Promise<Reembedded> {
    if (this.#reembedding !== undefined) {
      throw new MemoryError(
        "MEM_CONFLICT",
        "the store is being embedded anew already; wait for it",
      );
    }
    const work = this.#reembed(embedder, options);
    this.#reembedding = work.catch(() => {});
    try {
      return await work;
    } finally {
      this.#reembedding = undefined;
    }
  }

  /**
   * Resolves when every text has its vector and all are on disk. If others replace these vectors meanwhile, that goes
   * for the others. Throws `MEM_EMBEDDING` or `MEM_DIMENSION`, with the remedy, if the vectors are another embedder's.
   */
  async flush(signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      const store = this.usable;
      try {
        await store?.flush(signal);
      } catch (error) {
        if (store === this.#current) throw error;
      }
      if (store === this.#current) return;
    }
  }

  /** Removes the vectors of texts that are gone from the disk. */
  async erase(): Promise<void> {
    const texts = this.#catalog.texts();
    await (this.#current?.settle() ?? retainVectors(this.#path, texts));
    await (this.#next?.settle() ?? retainVectors(this.#nextPath, texts));
  }

  async close(): Promise<void> {
    this.#closing.abort(new MemoryError("MEM_CLOSED", "the store was closed while it waited"));
    await this.#reembedding;
    await this.#current?.close();
  }

  async #reembed(embedder: Embedder, { onProgress, signal }: ReembedOptions): Promise<Reembedded> {
    const next = await VectorStore.begin(this.#nextPath, embedder, this.#clock, this.#catalog, {
      // If an earlier attempt got as far as the switch, nothing is left to do.
      also: this.#path,
      onProgress,
    });
    this.#next = next;
    try {
      const signals = [this.#closing.signal, ...(signal === undefined ? [] : [signal])];
      await next.flush(AbortSignal.any(signals));
      await this.#goOver(next);
    } catch (error) {
      await next.close();
      throw error;
    } finally {
      this.#next = undefined;
    }
    await removeVectors(this.#nextPath);
    return { entries: next.embedded };
  }

  /** Switches while the former vectors are not being saved, so that they can't overwrite the new ones. */
  async #goOver(next: VectorStore): Promise<void> {
    const former = this.#current;
    const replace = async (): Promise<void> => {
      await next.moveTo(this.#path);
      this.#current = next;
      this.#refusal = undefined;
      former?.retire();
    };
    await (former === undefined ? replace() : former.inTurn(replace));
  }
}
