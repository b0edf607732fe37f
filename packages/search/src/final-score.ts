import type { ScoreParts } from "./fusion.ts";

/** What the caller of a search gets: a score from 0 to 1, and the parts that add up to it, but for rounding. */
export interface FinalScore {
  readonly score: number;
  /** What did not count is absent. */
  readonly scores: {
    readonly keyword?: number;
    readonly vector?: number;
    readonly neighbours?: number;
    /** What was lost by age, 0 or below. */
    readonly recency?: number;
  };
}

/** What a score was made of. */
export interface ScoreBasis {
  /** Whether the search looked at words. */
  readonly keyword: boolean;
  /** Whether the entry's vector was compared with the query's. */
  readonly vector: boolean;
  /** The `recencyFactor`, where age counts. */
  readonly recency?: number | undefined;
}

/**
 * Ends a score: what is borrowed lifts an entry's own score as far as to the best there is, and age takes its share of
 * the sum.
 */
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
