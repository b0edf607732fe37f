import type { ScoreParts } from "./fusion.ts";

/** The score that a search returns, from 0 to 1, and the parts that add up to it, except for rounding. */
export interface FinalScore {
  readonly score: number;
  /** Parts that did not count are absent. */
  readonly scores: {
    readonly keyword?: number;
    readonly vector?: number;
    readonly neighbours?: number;
    /** The loss by age, 0 or below. */
    readonly recency?: number;
  };
}

/** What a score is based on. */
export interface ScoreBasis {
  /** Whether the search looked at words. */
  readonly keyword: boolean;
  /** Whether the entry's vector was compared with the query's. */
  readonly vector: boolean;
  /** The `recencyFactor`, if age counts. */
  readonly recency?: number | undefined;
}

/** Computes the final score: borrowed points raise an entry's own score to at most 1, then age reduces the sum. */
export function finalScore(
  parts: ScoreParts,
  { keyword, vector, recency }: ScoreBasis,
): FinalScore {
  const own = Math.min(1, parts.keyword + parts.vector);
  const neighbours = Math.min(parts.neighbours, 1 - own);
  const score = finalValue(parts, recency);
  return {
    score,
    scores: {
      ...(keyword && { keyword: parts.keyword }),
      ...(vector && { vector: parts.vector }),
      ...(neighbours > 0 && { neighbours }),
      ...(recency !== undefined && { recency: score - (own + neighbours) }),
    },
  };
}

/** The `score` of `finalScore` by itself, for ranking many. */
export function finalValue({ keyword, vector, neighbours }: ScoreParts, recency = 1): number {
  const own = Math.min(1, keyword + vector);
  return (own + Math.min(neighbours, 1 - own)) * recency;
}
