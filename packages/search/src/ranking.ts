import { finalValue } from "./final-score.ts";
import { borrowFromNeighbours, type Hit } from "./neighbours.ts";

export interface RankOptions<H extends Hit = Hit> {
  /** Maximum number of hits to return; `Infinity` for all. */
  topK: number;
  /** Minimum final score of a hit. Hits that score 0 before age is applied are never returned. Default 0. */
  minScore?: number | undefined;
  /** Whether hits in a sequence borrow from their neighbours. Default `true`. */
  neighbours?: boolean;
  /** Returns the `recencyFactor` of a hit. Default: age does not count. */
  recency?: ((hit: H) => number | undefined) | undefined;
}

/**
 * Returns the best hits, best first, by `finalScore`. Equal ones are ordered by the score that they had
 * before it was limited to 1, then by id (code units), so that the same hits always give the same
 * answer, whatever order they come in.
 */
export function rank<H extends Hit>(
  hits: readonly H[],
  { topK, minScore = 0, neighbours = true, recency }: RankOptions<H>,
): H[] {
  let best: Ranked<H>[] = [];
  let worst: Ranked<H> | undefined;
  const keepBest = (): void => {
    best = best.toSorted(compare).slice(0, topK);
    worst = best[topK - 1];
  };
  for (const hit of neighbours ? borrowFromNeighbours(hits) : hits) {
    const score = finalValue(hit.scores, recency?.(hit));
    if (!(hit.score > 0 && score >= minScore) || (worst && score < worst.score)) continue;
    best.push({ hit, score });
    // Sorting now and then keeps the cost of a large result far below that of sorting all hits.
    if (best.length >= 2 * topK) keepBest();
  }
  keepBest();
  return best.map(({ hit }) => hit);
}

interface Ranked<H> {
  readonly hit: H;
  readonly score: number;
}

function compare(a: Ranked<Hit>, b: Ranked<Hit>): number {
  if (a.score !== b.score) return b.score - a.score;
  if (a.hit.score !== b.hit.score) return b.hit.score - a.hit.score;
  return a.hit.id < b.hit.id ? -1 : Number(a.hit.id > b.hit.id);
}
