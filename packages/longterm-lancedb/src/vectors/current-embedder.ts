import type { Embedder } from "@mem/core";

/** The embedder that a store works with: the one that it was opened with, until it changes to another. */
export class CurrentEmbedder {
  #embedder: Embedder | undefined;

  constructor(embedder: Embedder | undefined) {
    this.#embedder = embedder;
  }

  get(): Embedder | undefined {
    return this.#embedder;
  }

  replace(embedder: Embedder): void {
    this.#embedder = embedder;
  }
}
