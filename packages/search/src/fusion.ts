/** The parts of a hit's score, which add up to `score`. */
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

/** What is known about how well an entry matches a query. */
export interface Evidence {
  /** Its `scoreKeyword`, 0 to 1. Leave it out if it is not known, as in a search by vector alone. */
  keyword?: number | undefined;
  /**
   * The cosine of its vector and the query's, -1 to 1. Leave it out if it is not known, as for an
   * entry that is not embedded yet.
   */
  cosine?: number | undefined;
  /** The vector's share of the score, 0 to 1, as declared by the embedder. */
  weight: number;
}

/**
 * Fuses the keyword and vector scores: `(1 - weight) · keyword + weight · max(0, cosine)`, from 0 to
 * 1; each term is a part of the score. If one of the two is unknown, the other counts alone, so that
 * an entry without a vector is not buried; pass 0 for one that is known not to match. Throws a
 * `RangeError` if the weight is not from 0 to 1.
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
