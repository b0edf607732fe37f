/** The vectors of a text, as its entry and its row store them. */
export interface TextVectors {
  /** For a text of several passages, the direction of the sum of their vectors. */
  readonly vector: Float32Array;
  /** The vectors of the passages, one after the other; absent: the text is one passage. */
  readonly passages?: Uint8Array;
}

/** Makes the vectors of a text from those of its `embeddedTexts`. */
export function joinVectors(parts: readonly Float32Array[]): TextVectors {
  const [first = new Float32Array()] = parts;
  if (parts.length === 1) return { vector: first };
  const passages = new Float32Array(parts.length * first.length);
  parts.forEach((vector, i) => passages.set(vector, i * first.length));
  return { vector: directionOf(parts), passages: new Uint8Array(passages.buffer) };
}

/** The direction of the sum of vectors, each of which counts alike, however long it is. */
function directionOf(vectors: readonly Float32Array[]): Float32Array {
  const [first = new Float32Array()] = vectors;
  const sum = new Float64Array(first.length);
  for (const vector of vectors) {
    const length = lengthOf(vector);
    vector.forEach((x, i) => (sum[i] = (sum[i] ?? 0) + x / length));
  }
  const length = lengthOf(sum);
  // The vectors cancel each other out: they have no common direction.
  if (length < 1e-6) return first;
  return Float32Array.from(sum, (x) => x / length);
}

function lengthOf(vector: Float32Array | Float64Array): number {
  let sum = 0;
  for (const x of vector) sum += x * x;
  return Math.sqrt(sum);
}
