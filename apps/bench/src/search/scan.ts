import {
  bucketAt,
  keyOf,
  rareAt,
  vectorOf,
  type Collection,
  type Question,
  type Selection,
} from "./collection.ts";

/** The plain way: all vectors in one array in memory, every one compared. Exact: the truth about what is nearest. */
export class Scan {
  readonly #vectors: Float32Array;
  readonly #buckets: Uint8Array;
  readonly #rare: Uint16Array;
  readonly #dimensions: number;

  constructor(collection: Collection) {
    const { count, dimensions } = collection;
    this.#dimensions = dimensions;
    this.#vectors = new Float32Array(count * dimensions);
    for (let place = 0; place < count; place++) {
      this.#vectors.set(vectorOf(place, collection), place * dimensions);
    }
    this.#buckets = Uint8Array.from({ length: count }, (_, place) => bucketAt(place));
    this.#rare = Uint16Array.from({ length: count }, (_, place) => rareAt(place));
  }

  /** The keys of the nearest vectors, best first. */
  nearest(question: Question, selection: Selection, limit: number): string[] {
    const best: { place: number; product: number }[] = [];
    let least = -Infinity;
    for (let place = 0; place < this.#buckets.length; place++) {
      if (selection === "1%" && this.#buckets[place] !== question.bucket) continue;
      if (selection === "0.01%" && this.#rare[place] !== question.rare) continue;
      const product = this.#product(place * this.#dimensions, question.vector);
      // A vector that points away from the question does not answer it.
      if (product <= 0 || (product <= least && best.length === limit)) continue;
      const at = best.findIndex((other) => other.product < product);
      best.splice(at < 0 ? best.length : at, 0, { place, product });
      if (best.length > limit) best.pop();
      least = best.at(-1)?.product ?? least;
    }
    return best.map(({ place }) => keyOf(place));
  }

  /** Adds up four sums at a time, which the processor computes in parallel. */
  #product(from: number, asked: Float32Array): number {
    const vectors = this.#vectors;
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let i = 0; i < asked.length; i += 4) {
      const at = from + i;
      a += (vectors[at] as number) * (asked[i] as number);
      b += (vectors[at + 1] as number) * (asked[i + 1] as number);
      c += (vectors[at + 2] as number) * (asked[i + 2] as number);
      d += (vectors[at + 3] as number) * (asked[i + 3] as number);
    }
    return a + b + c + d;
  }
}
