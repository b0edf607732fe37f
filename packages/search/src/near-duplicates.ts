/** Near-duplicates share at least this many of ten terms. A whole number, so that rounding never decides. */
const SHARED_OF_TEN = 9;

/** A hit that is kept, and its near-duplicates in the order in which they were offered. */
export interface Collapsed<H> {
  readonly hit: H;
  readonly duplicates: readonly H[];
}

/** Leaves out near-duplicates of better hits. */
export interface Collapse<H> {
  /**
   * Takes the next hit, best first, with the terms of its text (`analyze`). Returns `false` without taking the hit if
   * there would be more than `topK`: the result is then complete.
   */
  offer(hit: H, terms: Iterable<string>): boolean;
  readonly kept: readonly Collapsed<H>[];
}

/**
 * Collapses near-duplicates among hits, up to `topK` that are distinct.
 *
 * Two texts are near-duplicates if their sets of terms, stop words included, have a Jaccard index (|A ∩ B| / |A ∪ B|)
 * of 0.9 or more and both have the same numbers: "40 people" is not "45 people", however long the rest is. Each text is
 * compared with those that are kept, best first. A text without words has no duplicates.
 */
export function createCollapse<H>(topK: number): Collapse<H> {
  return new TermSetCollapse(topK);
}

interface Group<H> extends Collapsed<H> {
  readonly duplicates: H[];
  readonly terms: ReadonlySet<string>;
  readonly numbers: string;
}

class TermSetCollapse<H> implements Collapse<H> {
  readonly kept: Group<H>[] = [];
  readonly #topK: number;
  /** For each term, the kept hits that have it among their first terms. */
  readonly #byTerm = new Map<string, number[]>();

  constructor(topK: number) {
    this.#topK = topK;
  }

  offer(hit: H, terms: Iterable<string>): boolean {
    const own = new Set(terms);
    const ordered = [...own].toSorted();
    const numbers = ordered.filter((term) => /\p{N}/v.test(term)).join(" ");
    const shared = Math.ceil((SHARED_OF_TEN * ordered.length) / 10);
    const first = ordered.slice(0, ordered.length - shared + 1);
    const same = this.#like(own, first, numbers);
    if (same !== undefined) {
      same.duplicates.push(hit);
      return true;
    }
    if (this.kept.length >= this.#topK) return false;
    for (const term of first) {
      const sharing = this.#byTerm.get(term);
      if (sharing === undefined) this.#byTerm.set(term, [this.kept.length]);
      else sharing.push(this.kept.length);
    }
    this.kept.push({ hit, duplicates: [], terms: own, numbers });
    return true;
  }

  /**
   * Two sets that overlap this much share one of their first terms, if both are in the same order: otherwise, too few
   * terms are left to share ("prefix filtering": Bayardo, Ma, Srikant, "Scaling up all pairs similarity search", 2007).
   */
  #like(
    terms: ReadonlySet<string>,
    first: readonly string[],
    numbers: string,
  ): Group<H> | undefined {
    const candidates = new Set(first.flatMap((term) => this.#byTerm.get(term) ?? []));
    for (const at of [...candidates].toSorted((a, b) => a - b)) {
      const group = this.kept[at];
      if (group?.numbers === numbers && overlap(group.terms, terms)) return group;
    }
    return undefined;
  }
}

/** Stops as soon as too many terms are missing, so that texts with only a similar beginning cost little. */
function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  const suffices = (shared: number): boolean =>
    10 * shared >= SHARED_OF_TEN * (a.size + b.size - shared);
  let possible = Math.min(a.size, b.size);
  if (!suffices(possible)) return false;
  possible = a.size;
  for (const term of a) {
    if (b.has(term)) continue;
    possible -= 1;
    if (!suffices(possible)) return false;
  }
  return suffices(possible);
}
