/**
 * Returns the cosine of the angle between two vectors, -1 to 1; 0 if one of them is all zeros.
 * Throws a `RangeError` if their lengths differ.
 */
export function cosine(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) {
    throw new RangeError(`Vectors of ${a.length} and ${b.length} dimensions cannot be compared.`);
  }
  let product = 0;
  let squaresOfA = 0;
  let squaresOfB = 0;
  for (let at = 0; at < a.length; at++) {
    const x = a[at] ?? 0;
    const y = b[at] ?? 0;
    product += x * y;
    squaresOfA += x * x;
    squaresOfB += y * y;
  }
  if (squaresOfA === 0 || squaresOfB === 0) return 0;
  return Math.max(-1, Math.min(1, product / (Math.sqrt(squaresOfA) * Math.sqrt(squaresOfB))));
}
