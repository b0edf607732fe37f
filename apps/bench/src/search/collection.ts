import type { JsonObject, PortableEntry, SearchScope } from "@mem/core";
import { DIMENSIONS, vectorAt } from "../long-term/vectors.ts";
import { createRandom } from "../random.ts";
import { SEED } from "../long-term/workload.ts";
import { drawQuestion, textAt } from "./texts.ts";

/**
 * How vectors are distributed: in a thousand clusters, like those of texts, or uniformly, all about equally far apart.
 */
export type Shape = "clustered" | "isotropic";

/** What is searched: entries of one agent, the same ones in every run. */
export interface Collection {
  readonly count: number;
  readonly dimensions: number;
  readonly shape: Shape;
}

/** Which entries may be found. */
export type Selection = "all" | "1%" | "0.01%";

/** What is asked: words and a vector that are unrelated to each other. */
export interface Question {
  readonly text: string;
  readonly vector: Float32Array;
  /** The values of the fields that select a hundredth and a ten-thousandth. */
  readonly bucket: number;
  readonly rare: number;
}

export const AGENT = "bench";
export const SCOPE: SearchScope = { tenantId: "default", agentIds: [AGENT] };
export const QUESTIONS = 1000;

const START = 1_790_000_000_000;
const BUCKETS = 100;
const RARE = 10_000;
// Beyond every entry, so that a question's vector is not that of an entry.
const ASKED_FROM = 5_000_000;

export function keyOf(place: number): string {
  return `entry-${place}`;
}

export function entryAt(place: number, collection: Collection): PortableEntry {
  const text = textAt(place);
  const metadata: JsonObject = { bucket: rareAt(place) % BUCKETS, rare: rareAt(place) };
  const at = START + place;
  return {
    scope: { tenantId: "default", agentId: AGENT },
    entry: {
      key: keyOf(place),
      value: { place },
      text,
      metadata,
      createdAt: at,
      updatedAt: at,
      source: "agent",
    },
    vector: vectorOf(place, collection),
  };
}

/** Which of ten thousand parts an entry belongs to, regardless of its cluster. */
export function rareAt(place: number): number {
  return Math.floor(createRandom(place)() * RARE);
}

export function bucketAt(place: number): number {
  return rareAt(place) % BUCKETS;
}

export function vectorOf(
  place: number,
  { dimensions, shape }: Pick<Collection, "dimensions" | "shape">,
): Float32Array {
  return shape === "clustered" ? vectorAt(place, dimensions) : isotropicAt(place, dimensions);
}

export function questionAt(i: number, collection: Collection): Question {
  const random = createRandom(SEED + i);
  const like = Math.floor(random() * collection.count);
  const rare = rareAt(like);
  return {
    text: drawQuestion(like, random),
    vector: vectorOf(ASKED_FROM + i * 7, collection),
    bucket: rare % BUCKETS,
    rare,
  };
}

export function describe({ count, dimensions, shape }: Collection): string {
  return `${toSize(count)} × ${dimensions}, ${shape}`;
}

export function toSize(count: number): string {
  return count >= 1e6 ? `${count / 1e6}M` : `${count / 1e3}k`;
}

export const SMALL: Collection = { count: 10_000, dimensions: DIMENSIONS, shape: "clustered" };
export const LARGE: Collection = { count: 100_000, dimensions: 256, shape: "clustered" };
export const MILLION: Collection = { count: 1_000_000, dimensions: DIMENSIONS, shape: "clustered" };

/** Drawn from the normal distribution: every direction is equally likely. */
function isotropicAt(place: number, dimensions: number): Float32Array {
  const random = createRandom(SEED ^ Math.imul(place, 0x9e3779b1));
  const vector = new Float32Array(dimensions);
  let squares = 0;
  for (let i = 0; i < dimensions; i++) {
    const x = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    vector[i] = x;
    squares += x * x;
  }
  const scale = 1 / Math.sqrt(squares);
  return vector.map((x) => x * scale);
}
