/** Where the score of a hit comes from. The parts add up to `score`. */
export interface ScoreParts {
  readonly keyword: number;
  readonly vector: number;
  /** Borrowed from the entries around it in its sequence. */
  readonly neighbours: number;
}

/** A score and its parts. */
export interface Score {
  readonly score: number;
  readonly scores: ScoreParts;
}

/** What is known about how well an entry matches. */
export interface Evidence {
  /** Its `scoreKeyword`, 0 to 1. Left out when it is not known, as in a search by vector alone. */
  keyword?: number | undefined;
  /**
   * The cosine of its vector and the query's, -1 to 1. Left out when it is not known, as for an entry
   * that is still to be embedded.
   */
  cosine?: number | undefined;
  /** The vector's share in the score, 0 to 1, as the embedder declares it. */
  weight: number;
}

/**
 * Fuses what keyword and vector search say: `(1 - weight) · keyword + weight · max(0, cosine)`, each
 * term of which is a part of the score, 0 to 1. What is not known leaves the score to the other, so
 * that an entry without a vector is not buried; for what is known but no match, pass 0. Throws a
 * `RangeError` when the weight is not from 0 to 1.
 */
export function fuse({ keyword, cosine, weight }: Evidence): Score {
  if (!(weight >= 0 && weight <= 1)) throw new RangeError("weight must be a number from 0 to 1.");
  const share = cosine === undefined ? 0 : keyword === undefined ? 1 : weight;
  const scores = {
    keyword: (1 - share) * (keyword ?? 0),
    vector: share * Math.max(0, cosine ?? 0),
    neighbours: 0,
  };
  return { score: scores.keyword + scores.vector, scores };
}
