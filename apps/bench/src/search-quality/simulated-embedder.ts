import { createHashingEmbedder, type Embedder } from "@mem/core";
import type { DataSet } from "../data/data-set.ts";
import { createRandom } from "../random.ts";

/** A model that does not exist: how well it knows what answers a question is set, not learned. */
export interface Simulation {
  readonly name: string;
  /** The share of the vector score that it declares: the same for all sets. */
  readonly weight: number;
  /** How far a document's vector points to the questions that it answers, relative to 1 for its own direction. */
  readonly signal: number;
  /** The share of spelling in a vector, relative to 1: a model errs for words that look alike, as keywords do. */
  readonly spelling: number;
  /** What all vectors have in common, relative to 1: the cosines of real models are seldom near 0. */
  readonly common?: number;
}

const DIMENSIONS = 256;
const SEED = 20_261_123;

/**
 * Makes an embedder for the texts of one set. A text's vector is a direction of its own, drawn from the hash of the
 * text, plus those of the questions that it answers, plus that of its spelling; a part of a document answers what the
 * whole does. The vectors are the same in every run.
 */
export function simulateEmbedder(
  data: DataSet,
  { name, weight, signal, spelling, common = 0 }: Simulation,
): Embedder {
  const answered = questionsAnswered(data);
  const speller = createHashingEmbedder({ dimensions: DIMENSIONS });
  const shared = direction("what all have in common");
  const questionsOf = (text: string): readonly string[] => {
    const known = answered.get(text);
    if (known !== undefined) return known;
    for (const [whole, questions] of answered) if (whole.includes(text)) return questions;
    return [];
  };
  const asked = new Map(data.queries.map(({ text }) => [text, direction(`asked: ${text}`)]));
  const compose = (text: string, spelled: Float32Array, isQuery: boolean): Float32Array => {
    const vector = direction(isQuery ? `asked: ${text}` : `told: ${text}`);
    const questions = isQuery ? [] : questionsOf(text);
    for (const question of questions) {
      add(vector, asked.get(question) as Float32Array, signal / Math.sqrt(questions.length));
    }
    add(vector, spelled, spelling);
    return normalise(add(normalise(vector), shared, common));
  };
  return {
    model: `simulated-${name}`,
    dimensions: DIMENSIONS,
    weight,
    embed: async (texts, { kind }) => {
      const spelled = await speller.embed(texts, { kind });
      return texts.map((text, i) => compose(text, spelled[i] as Float32Array, kind === "query"));
    },
  };
}

/** The questions that each text answers; most texts answer none. */
function questionsAnswered({ docs, queries, judgements }: DataSet): Map<string, string[]> {
  const texts = new Map(docs.map(({ id, text }) => [id, text]));
  const answered = new Map(docs.map(({ text }) => [text, [] as string[]]));
  for (const { id, text: question } of queries) {
    for (const doc of judgements.get(id)?.keys() ?? []) {
      answered.get(texts.get(doc) ?? "")?.push(question);
    }
  }
  return answered;
}

/** A direction that belongs to a text, of length 1; those of two texts have almost nothing in common. */
function direction(text: string): Float32Array {
  let hash = SEED;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  const random = createRandom(hash);
  return normalise(Float32Array.from({ length: DIMENSIONS }, () => gaussian(random)));
}

/** Draws from the standard normal distribution (Box–Muller). */
function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function add(vector: Float32Array, other: Float32Array, times: number): Float32Array {
  for (let i = 0; i < vector.length; i++) {
    vector[i] = (vector[i] as number) + times * (other[i] as number);
  }
  return vector;
}

/** Scales to a length of 1. */
function normalise(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) / length;
  return vector;
}
