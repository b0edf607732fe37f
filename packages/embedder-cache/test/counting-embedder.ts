import { createHashingEmbedder, type Embedder } from "@mem/core";

export interface CountingEmbedder extends Embedder {
  /** Every text that was asked for, in order. */
  readonly asked: string[];
}

/** A hashing embedder that remembers what it was asked for. */
export function createCountingEmbedder(dimensions = 16): CountingEmbedder {
  const inner = createHashingEmbedder({ dimensions });
  const asked: string[] = [];
  return {
    ...inner,
    asked,
    embed: async (texts, options) => {
      asked.push(...texts);
      return await inner.embed(texts, options);
    },
  };
}
