import { checkCount, checkOptions, checkShare, type NamesOf } from "./checks.ts";
import type { Embedder } from "./embedder.ts";
import { throwIfAborted } from "./errors.ts";

export interface HashingEmbedderOptions {
  /** The length of the vectors. Default 256. */
  readonly dimensions?: number;
  /** Its share in a hybrid score. Default 0.05: it knows spelling, not meaning. */
  readonly weight?: number;
}

const HASHING_EMBEDDER_OPTIONS: NamesOf<HashingEmbedderOptions> = {
  dimensions: true,
  weight: true,
};

/**
 * Makes an embedder without a model: signed feature hashing of words and their character trigrams, normalised. The same
 * text has the same vector in every process and on every machine. For tests and offline demonstrations.
 *
 * It finds shared words and spellings, not meaning: "car" is no nearer to "automobile" than to "banana". It knows no
 * other text, so a common word counts as much as a rare one; without a model, keyword search, which weighs words by how
 * rare they are, is the better search.
 */
export function createHashingEmbedder(options: HashingEmbedderOptions = {}): Embedder {
  checkOptions(options, HASHING_EMBEDDER_OPTIONS);
  const dimensions = checkCount(options.dimensions ?? 256, "options.dimensions", 8, 8192);
  const weight = checkShare(options.weight ?? 0.05, "options.weight");
  return {
    model: `hashing-${dimensions}`,
    dimensions,
    weight,
    async embed(texts, { signal }) {
      throwIfAborted(signal);
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
