import { MemoryError, type Embedder } from "@mem/core";
import { createRandom } from "../random.ts";
import { SEED } from "./workload.ts";

export const DIMENSIONS = 128;
const CENTRES = 1000;
const NOISE = 0.3;
// Vectors reuse this many numbers, drawn in advance: drawing each would take longer than what is measured.
const DRAWN = 2 ** 16 - 1;

let drawn: Float32Array | undefined;

/** Vectors in clusters, like those of texts; the same for a place in every run. */
export function vectorAt(place: number, dimensions: number = DIMENSIONS): Float32Array {
  drawn ??= draw();
  const vector = new Float32Array(dimensions);
  const centre = (place % CENTRES) * 61;
  const noise = place * 127;
  let squares = 0;
  for (let i = 0; i < dimensions; i++) {
    const x =
      (drawn[(centre + i) % DRAWN] as number) + NOISE * (drawn[(noise + i) % DRAWN] as number);
    vector[i] = x;
    squares += x * x;
  }
  const scale = 1 / Math.sqrt(squares);
  for (let i = 0; i < dimensions; i++) vector[i] = (vector[i] as number) * scale;
  return vector;
}

/** Names the model of the vectors. All entries come with theirs, so it embeds nothing. */
export const VECTORS_OF: Embedder = {
  model: "bench-clusters",
  dimensions: DIMENSIONS,
  weight: 0.5,
  embed: async () => {
    throw new MemoryError("MEM_EMBEDDING", "the benchmark embeds nothing");
  },
};

function draw(): Float32Array {
  const random = createRandom(SEED);
  return Float32Array.from({ length: DRAWN }, () => random() * 2 - 1);
}
