/** How good a ranking is, as `trec_eval` computes it. */
export interface Quality {
  /** With linear gain: the relevance, discounted by log2(rank + 1), relative to that of the best ranking. */
  readonly ndcg: number;
  /** The share of all relevant documents that are among the first. */
  readonly recall: number;
  /** One divided by the rank of the first relevant document; 0 if none is among the first. */
  readonly reciprocalRank: number;
}

/** How many ranks count. */
export const DEPTH = 10;

/** Judges one query, by the ranked documents and the relevance of each document. */
export function judge(ranking: readonly string[], relevance: ReadonlyMap<string, number>): Quality {
  const gains = ranking.slice(0, DEPTH).map((doc) => relevance.get(doc) ?? 0);
  const ideal = [...relevance.values()].toSorted((a, b) => b - a).slice(0, DEPTH);
  const found = gains.filter((gain) => gain > 0).length;
  const first = gains.findIndex((gain) => gain > 0);
  return {
    ndcg: ideal.length === 0 ? 0 : discounted(gains) / discounted(ideal),
    recall: relevance.size === 0 ? 0 : found / relevance.size,
    reciprocalRank: first < 0 ? 0 : 1 / (first + 1),
  };
}

/** The mean over queries, all of which count the same. */
export function mean(qualities: readonly Quality[]): Quality {
  const of = (name: keyof Quality): number =>
    qualities.reduce((sum, quality) => sum + quality[name], 0) / qualities.length;
  return { ndcg: of("ndcg"), recall: of("recall"), reciprocalRank: of("reciprocalRank") };
}

function discounted(gains: readonly number[]): number {
  return gains.reduce((sum, gain, i) => sum + gain / Math.log2(i + 2), 0);
}
