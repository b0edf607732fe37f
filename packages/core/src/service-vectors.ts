import { MemoryError } from "./errors.ts";

/**
 * Returns the vectors of a service's reply after checking them: one for each text, each of the right length, finite and
 * not zero. Throws `MEM_EMBEDDING` or `MEM_DIMENSION`.
 */
export function checkVectors(reply: unknown, count: number, dimensions: number): Float32Array[] {
  if (!Array.isArray(reply)) throw unusable("has no list of vectors");
  if (reply.length !== count) throw unusable(`has ${reply.length} vectors for ${count} texts`);
  // Not `map`, which skips holes.
  return Array.from(reply as readonly unknown[], (each) => checkVector(each, dimensions));
}

/** The error for an unusable reply; if asked again, the service may do better. */
export function unusable(what: string): MemoryError {
  return new MemoryError("MEM_EMBEDDING", `the embedding service's reply ${what}`);
}

function checkVector(embedding: unknown, dimensions: number): Float32Array {
  if (!Array.isArray(embedding) && !(embedding instanceof Float32Array)) {
    throw unusable("has a vector that is not a list of numbers");
  }
  if (embedding.length !== dimensions) {
    throw new MemoryError(
      "MEM_DIMENSION",
      `the service's vectors have ${embedding.length} numbers, not ${dimensions}; set \`dimensions\` to what the model gives`,
    );
  }
  const vector = new Float32Array(dimensions);
  let isZero = true;
  for (let i = 0; i < dimensions; i++) {
    const x: unknown = embedding[i];
    if (typeof x !== "number") throw unusable("has a vector with something that is no number");
    vector[i] = x;
    // Also numbers that a 32-bit float can't hold.
    if (!Number.isFinite(vector[i]))
      throw unusable("has a vector with a number that is not finite");
    isZero &&= vector[i] === 0;
  }
  if (isZero) throw unusable("has a vector of nothing but zeros");
  return vector;
}
