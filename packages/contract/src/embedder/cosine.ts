/** The cosine of the angle between two vectors; `NaN` if one of them has no direction. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  let aa = 0;
  let bb = 0;
  for (const [i, x] of a.entries()) {
    const y = b[i] ?? Number.NaN;
    dot += x * y;
    aa += x * x;
    bb += y * y;
  }
  return dot / Math.sqrt(aa * bb);
}

/** Services round differently from call to call; the vectors of equal texts are at least this similar. */
export const NEARLY_EQUAL = 0.999;
