import { createHashingEmbedder, type Embedder } from "@mem/core";
import type { DataSet } from "../data/data-set.ts";
import type { SetName } from "../data/sources.ts";
import { simulateEmbedder } from "./simulated-embedder.ts";

/** How good an embedder is by itself, compared with textbook BM25. */
type Level = "useless" | "poor" | "fair" | "good" | "excellent";

/** The embedder that comes with core; it knows spelling, and is not a simulation. */
const HASHING = "hashing";
/** The embedder that shows what others make of vectors. */
export const TYPICAL = "good";
/** What the vectors of a narrow embedder have in common: their cosines are all above one half. */
const COMMON = 1.3;

interface Simulated {
  readonly level: Level;
  /** The share of the vector score that it declares: the same for all sets. */
  readonly weight: number;
  readonly common?: number;
}

const SIMULATED: Readonly<Record<string, Simulated>> = {
  useless: { level: "useless", weight: 0.05 },
  poor: { level: "poor", weight: 0.2 },
  fair: { level: "fair", weight: 0.4 },
  [TYPICAL]: { level: "good", weight: 0.6 },
  "good, narrow": { level: "good", weight: 0.8, common: COMMON },
  excellent: { level: "excellent", weight: 0.7 },
};

/**
 * The signal of each level on each set, found by trial, so that by itself the level does equally well relative to
 * textbook BM25 on all sets: poor has half of its nDCG@10, fair nine tenths, good closes a fifth of the gap to 1,
 * excellent half of it.
 */
const SIGNALS: Readonly<Record<SetName, Readonly<Record<Level, number>>>> = {
  locomo: { useless: 0, poor: 0.15, fair: 0.21, good: 0.275, excellent: 0.365 },
  qmsum: { useless: 0, poor: 0.025, fair: 0.07, good: 0.12, excellent: 0.165 },
  cranfield: { useless: 0, poor: 0.165, fair: 0.24, good: 0.305, excellent: 0.43 },
  vaswani: { useless: 0, poor: 0.12, fair: 0.15, good: 0.185, excellent: 0.225 },
  banking77: { useless: 0, poor: 0.13, fair: 0.22, good: 0.275, excellent: 0.31 },
};

/** A model errs for texts that are spelled alike, as keywords do; a useless one errs for all alike. */
const SPELLING = 0.4;

export const EMBEDDERS: readonly string[] = [HASHING, ...Object.keys(SIMULATED)];

export function embedderFor(name: string, data: DataSet): Embedder {
  if (name === HASHING) return createHashingEmbedder();
  const simulated = SIMULATED[name];
  if (simulated === undefined) throw new Error(`There is no embedder named ${name}.`);
  const { level, weight, common = 0 } = simulated;
  const signal = SIGNALS[data.name as SetName][level];
  const spelling = level === "useless" ? 0 : SPELLING;
  return simulateEmbedder(data, { name, weight, signal, spelling, common });
}
