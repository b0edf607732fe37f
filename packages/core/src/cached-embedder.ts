import { createHash } from "node:crypto";
import type { Embedder } from "./embedder.ts";
import { invalid } from "./errors.ts";

export interface CachedEmbedderOptions {
  /** How many vectors are kept, the most recently used. Default 1,000. */
  readonly maxEntries?: number;
}

/**
 * Wraps an embedder so that a text whose vector is still kept is not sent again. Kept in this process, by the hash of
 * the text.
 */
export function createCachedEmbedder(
  embedder: Embedder,
  options: CachedEmbedderOptions = {},
): Embedder {
  const { maxEntries = 1000 } = options;
  if (!Number.isInteger(maxEntries) || maxEntries < 1) {
    throw invalid("options.maxEntries", "has to be a whole number, 1 or more");
  }
  const vectors = new Map<string, Float32Array>();

  const use = (key: string, vector: Float32Array): void => {
    vectors.delete(key);
    vectors.set(key, vector);
    if (vectors.size > maxEntries) vectors.delete(vectors.keys().next().value as string);
  };

  return {
    model: embedder.model,
    dimensions: embedder.dimensions,
    weight: embedder.weight,
    async embed(texts, embedOptions) {
      const keys = texts.map((text) => hashKey(embedOptions.kind, text));
      const missing = new Map<string, string>();
      for (const [i, key] of keys.entries()) {
        if (!vectors.has(key)) missing.set(key, texts[i] as string);
      }
      const known = new Map(keys.map((key) => [key, vectors.get(key)]));
      if (missing.size > 0) {
        const found = await embedder.embed([...missing.values()], embedOptions);
        for (const [i, key] of [...missing.keys()].entries()) known.set(key, found[i]);
      }
      return keys.map((key) => {
        const vector = known.get(key) as Float32Array;
        use(key, vector);
        return vector.slice();
      });
    },
  };
}

function hashKey(kind: string, text: string): string {
  return createHash("sha256").update(`${kind}:${text}`).digest("base64");
}
