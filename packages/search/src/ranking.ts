import { borrowFromNeighbours, type Hit } from "./neighbours.ts";

export interface RankOptions {
  /** How many hits to return at most. */
  topK: number;
  /** The least score of a hit. Hits that score 0 are never returned. Default 0. */
  minScore?: number;
  /** Whether hits in a sequence borrow from their neighbours. Default `true`. */
  neighbours?: boolean;
}

/**
 * The best hits, the best first. Equal scores are ordered by id (code units), so that the same hits
 * always give the same answer, whatever order they come in.
 */
export function rank<H extends Hit>(
  hits: readonly H[],
  { topK, minScore = 0, neighbours = true }: RankOptions,
): H[] {
  let best: H[] = [];
  let worst: H | undefined;
  const keepBest = (): void => {
    best = best.toSorted(compare).slice(0, topK);
    worst = best[topK - 1];
  };
  for (const hit of neighbours ? borrowFromNeighbours(hits) : hits) {
    if (!(hit.score > 0 && hit.score >= minScore) || (worst && compare(worst, hit) < 0)) continue;
    best.push(hit);
    // Sorting now and then keeps the cost of a large result far below that of sorting all hits.
    if (best.length >= 2 * topK) keepBest();
  }
  keepBest();
  return best;
}

function compare(a: Hit, b: Hit): number {
  if (a.score !== b.score) return b.score - a.score;
  return a.id < b.id ? -1 : Number(a.id > b.id);
}
