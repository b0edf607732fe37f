import type { FindingKind } from "../lab/finding.ts";

/** The operation whose value a key has; `null` if it has none. */
export type State = string | null;

/** A change of a key between two moments, in microseconds of the machine's monotonic clock. */
export interface Change {
  readonly key: string;
  readonly state: State;
  readonly begin: number;
  /** When it was acknowledged; `Infinity` if it never was: then it may or may not have happened. */
  readonly end: number;
}

const NOTHING: Change = { key: "", state: null, begin: -1, end: -1 };

/**
 * What may be found under each key after concurrent changes by many processes: the last write in some order in which
 * every change that was acknowledged before another one began precedes that one.
 */
export class Ledger {
  readonly #changes = new Map<string, Change[]>();

  add(change: Change): void {
    const changes = this.#changes.get(change.key);
    if (changes === undefined) this.#changes.set(change.key, [NOTHING, change]);
    else changes.push(change);
  }

  keys(): string[] {
    return [...this.#changes.keys()];
  }

  /** The number of changes acknowledged since they were settled. */
  acknowledged(): number {
    let count = 0;
    for (const changes of this.#changes.values()) {
      for (const { begin, end } of changes) if (begin >= 0 && end !== Infinity) count++;
    }
    return count;
  }

  /** What is wrong with a read between two moments that found `state` under a key; `undefined` if nothing is. */
  objection(
    key: string,
    state: State,
    [begin, end]: readonly [number, number] = [Infinity, Infinity],
  ): { readonly kind: FindingKind; readonly message: string } | undefined {
    const changes = this.#changes.get(key) ?? [NOTHING];
    const candidates = changes.filter((change) => change.state === state && change.begin <= end);
    const overtakenBy = (candidate: Change): Change | undefined =>
      changes.find((other) => other.begin > candidate.end && other.end < begin);
    if (candidates.some((candidate) => overtakenBy(candidate) === undefined)) return undefined;
    const [candidate] = candidates;
    const later = candidate && overtakenBy(candidate);
    const expected = later?.state === null ? "its deletion" : String(later?.state);
    if (candidate === undefined) {
      return { kind: "undone", message: `${key} has ${String(state)}, which was never accepted` };
    }
    return state === null
      ? { kind: "lost", message: `${key} is missing: ${expected} was acknowledged` }
      : { kind: "undone", message: `${key} has ${state}: ${expected} was acknowledged after it` };
  }

  /** Takes what was found as the current state, once no process is left that could change it. */
  settle(found: ReadonlyMap<string, string>): void {
    for (const key of this.#changes.keys()) {
      const state = found.get(key) ?? null;
      this.#changes.set(key, [{ ...NOTHING, key, state }]);
    }
    for (const [key, state] of found) this.#changes.set(key, [{ ...NOTHING, key, state }]);
  }
}
