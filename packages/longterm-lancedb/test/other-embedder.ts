import { createHashingEmbedder, type Embedder } from "@mem/core";

export const OLD_DIMENSIONS = 16;

/** The embedder that stores begin with. */
export function oldEmbedder(): Embedder {
  return createHashingEmbedder({ dimensions: OLD_DIMENSIONS });
}

export type AskedEmbedder = Embedder & { readonly asked: string[] };

/**
 * An embedder whose vectors have the same length and the opposite direction. It remembers the documents it was asked.
 */
export function otherEmbedder(
  before: (texts: readonly string[]) => Promise<void> | void = () => undefined,
): AskedEmbedder {
  const honest = oldEmbedder();
  const asked: string[] = [];
  return {
    model: "other",
    dimensions: OLD_DIMENSIONS,
    weight: 0.5,
    asked,
    async embed(texts, options) {
      if (options.kind === "document") {
        await before(texts);
        asked.push(...texts);
      }
      const vectors = await honest.embed(texts, options);
      return vectors.map((vector) => vector.map((x) => -x));
    },
  };
}
