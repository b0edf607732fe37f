import { embeddedTexts } from "@mem/search";

/** So many passages of a text have vectors of their own; a longer text is found by its first ones. */
const MOST_PASSAGES = 256;

/** The vectors of a text, as its entry and its row keep them. */
export interface TextVectors {
  /** Of a text of several passages the direction of the sum of theirs. */
  readonly vector: Float32Array;
  /** Those of the passages, one after the other; absent: it is one passage. */
  readonly passages?: Uint8Array;
}

/** What is to be embedded of a text: itself, or each of its passages. */
export function partsOf(text: string): readonly string[] {
  return embeddedTexts(text).slice(0, MOST_PASSAGES);
}

/** The vectors of a text by those of its parts. */
export function joinVectors(parts: readonly Float32Array[]): TextVectors {
  const [first = new Float32Array()] = parts;
  if (parts.length === 1) return { vector: first };
  const passages = new Float32Array(parts.length * first.length);
  parts.forEach((vector, i) => passages.set(vector, i * first.length));
  return { vector: directionOf(parts), passages: new Uint8Array(passages.buffer) };
}

/** Of the sum of vectors that count alike, however long each is. */
function directionOf(vectors: readonly Float32Array[]): Float32Array {
  const [first = new Float32Array()] = vectors;
  const sum = new Float64Array(first.length);
  for (const vector of vectors) {
    const length = lengthOf(vector);
    vector.forEach((x, i) => (sum[i] = (sum[i] ?? 0) + x / length));
  }
  const length = lengthOf(sum);
  // They point away from each other: there is no direction that they share.
  if (length < 1e-6) return first;
  return Float32Array.from(sum, (x) => x / length);
}

function lengthOf(vector: Float32Array | Float64Array): number {
  let sum = 0;
  for (const x of vector) sum += x * x;
  return Math.sqrt(sum);
}
