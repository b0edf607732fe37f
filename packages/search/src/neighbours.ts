import type { Score } from "./fusion.ts";

/** The place of an entry in a sequence, such as messages or the passages of a document. */
export interface SequencePlace {
  /** Identifies the sequence; unique among all hits that are ranked together. */
  readonly id: string;
  /** A whole number, one more than the previous entry's. */
  readonly position: number;
}

/** What a search found. */
export interface Hit extends Score {
  readonly id: string;
  readonly sequence?: SequencePlace | undefined;
}

const SHARE_OF_NEXT = 1 / 2;
const SHARE_OF_NEXT_BUT_ONE = 1 / 4;
const SHARE_OF_BEST = 1 / 4;

/**
 * Lets every hit in a sequence borrow from those around it: half of the better score right before and
 * after it, a quarter of the better score two away, a quarter of the best in the whole sequence.
 * Hits lend their original scores, not raised ones; borrowed points are in `scores.neighbours`.
 *
 * The answer to a question often stands beside the words that were asked for. So an entry that scores
 * 0 also borrows if a neighbour scores: pass every member of each sequence that has a hit.
 */
export function borrowFromNeighbours<H extends Hit>(hits: readonly H[]): H[] {
  const sequences = new Map<string, Sequence>();
  for (const { sequence, score } of hits) {
    if (sequence) lend(score, sequence, sequences);
  }
  return hits.map((hit) => {
    const sequence = hit.sequence && sequences.get(hit.sequence.id);
    const neighbours = sequence ? borrowed(hit, sequence) : 0;
    if (neighbours === 0) return hit;
    return { ...hit, score: hit.score + neighbours, scores: { ...hit.scores, neighbours } };
  });
}

interface Sequence {
  best: number;
  /** By position; the best score if several entries share one. */
  readonly scores: Map<number, number>;
}

function lend(score: number, place: SequencePlace, sequences: Map<string, Sequence>): void {
  const sequence = sequences.get(place.id) ?? { best: 0, scores: new Map<number, number>() };
  sequence.best = Math.max(sequence.best, score);
  sequence.scores.set(place.position, Math.max(sequence.scores.get(place.position) ?? 0, score));
  sequences.set(place.id, sequence);
}

function borrowed({ score, sequence }: Hit, { best, scores }: Sequence): number {
  const position = sequence?.position ?? 0;
  const better = (distance: number): number =>
    Math.max(scores.get(position - distance) ?? 0, scores.get(position + distance) ?? 0);
  const near = SHARE_OF_NEXT * better(1) + SHARE_OF_NEXT_BUT_ONE * better(2);
  return score === 0 && near === 0 ? 0 : near + SHARE_OF_BEST * best;
}
