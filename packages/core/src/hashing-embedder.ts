import type { Embedder } from "./embedder.ts";
import { invalid, MemoryError } from "./errors.ts";

export interface HashingEmbedderOptions {
  /** The length of the vectors. Default 256. */
  readonly dimensions?: number;
  /** Its share in a hybrid score. Default 0.1: it knows spelling, not meaning. */
  readonly weight?: number;
}

/**
 * Makes an embedder without a model: signed feature hashing of words and their character trigrams, normalised.
 *
 * It finds shared words and spellings, not meaning. For tests and offline demonstrations.
 */
export function createHashingEmbedder(options: HashingEmbedderOptions = {}): Embedder {
  const { dimensions = 256, weight = 0.1 } = options;
  if (!Number.isInteger(dimensions) || dimensions < 8 || dimensions > 8192) {
    throw invalid("options.dimensions", "has to be a whole number from 8 to 8192");
  }
  if (!(weight >= 0 && weight <= 1)) throw invalid("options.weight", "has to be from 0 to 1");
  return {
    model: `hashing-${dimensions}`,
    dimensions,
    weight,
    async embed(texts, { signal }) {
      if (signal?.aborted === true)
        throw new MemoryError("MEM_ABORTED", "the embedding was aborted");
      return texts.map((text) => hashText(text, dimensions));
    },
  };
}

function hashText(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{N}]+/gu)) {
    add(vector, word, 1);
    const padded = `<${word}>`;
    for (let i = 0; i + 3 <= padded.length; i++) add(vector, padded.slice(i, i + 3), 0.3);
  }
  let norm = 0;
  for (const x of vector) norm += x * x;
  // A text without words still needs a direction: cosine is undefined for zero.
  if (norm === 0) vector[0] = norm = 1;
  const scale = 1 / Math.sqrt(norm);
  return vector.map((x) => x * scale);
}

/** FNV-1a, 32 bits (http://www.isthe.com/chongo/tech/comp/fnv/); the top bit gives the sign. */
function add(vector: Float32Array, feature: string, weight: number): void {
  let hash = 0x811c9dc5;
  for (let i = 0; i < feature.length; i++) {
    hash = Math.imul(hash ^ feature.charCodeAt(i), 0x01000193);
  }
  const index = (hash >>> 1) % vector.length;
  vector[index] = (vector[index] ?? 0) + (hash < 0 ? -weight : weight);
}
