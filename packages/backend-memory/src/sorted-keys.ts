import { compareCodePoints } from "@mem/core";

/** The size at which a run is split in two; moving half of one is cheap. */
const MAX_RUN = 512;
/** Sorting all keys costs about as much as inserting a quarter of them one by one. */
const RESORT_SHARE = 4;
const SURROGATE = /[\ud800-\udfff]/;

/** Something that has keys, in no order. */
export interface Keyed {
  readonly size: number;
  has(key: string): boolean;
  keys(): Iterable<string>;
}

/**
 * The keys of a map in code point order. Nothing is kept until they are first asked for; from then on, added and
 * removed keys are noted, and put in place when the keys are asked for again.
 *
 * The order is kept as runs of at most `MAX_RUN` keys, so that one more key does not move all the others.
 */
export class SortedKeys {
  readonly #map: Keyed;
  #runs: string[][] | undefined;
  #changes: string[] = [];

  constructor(map: Keyed) {
    this.#map = map;
  }

  /** Call it when a key was added or removed. */
  changed(key: string): void {
    if (this.#runs === undefined) return;
    this.#changes.push(key);
    if (this.#changes.length > MAX_RUN + this.#map.size / RESORT_SHARE) this.changedAll();
  }

  /** Call it when all keys were removed. */
  changedAll(): void {
    this.#runs = undefined;
    this.#changes = [];
  }

  /** Keys that come after `after` and begin with `prefix`, in order. */
  *from(after: string | undefined, prefix: string): Generator<string> {
    const runs = this.#upToDate();
    const isLateEnough =
      after === undefined || compareCodePoints(after, prefix) < 0
        ? (key: string) => compareCodePoints(key, prefix) >= 0
        : (key: string) => compareCodePoints(key, after) > 0;
    let first = search(runs, (run) => isLateEnough(run.at(-1) as string));
    let start = search(runs[first] ?? [], isLateEnough);
    for (; first < runs.length; first++, start = 0) {
      const run = runs[first] as string[];
      for (let i = start; i < run.length; i++) {
        const key = run[i] as string;
        if (!key.startsWith(prefix)) return;
        yield key;
      }
    }
  }

  #upToDate(): string[][] {
    if (this.#runs === undefined) return (this.#runs = sortedRuns(this.#map));
    for (const key of this.#changes) {
      if (this.#map.has(key)) add(this.#runs, key);
      else remove(this.#runs, key);
    }
    this.#changes = [];
    return this.#runs;
  }
}

function sortedRuns(map: Keyed): string[][] {
  const keys = [...map.keys()];
  // Without surrogates, the order of code units is that of code points, and comparing is the engine's own.
  const isPlain = !keys.some((key) => SURROGATE.test(key));
  const sorted = keys.toSorted(isPlain ? compareCodeUnits : compareCodePoints);
  const runs: string[][] = [];
  // Half full, so that keys that come later find room.
  for (let i = 0; i < sorted.length; i += MAX_RUN / 2) runs.push(sorted.slice(i, i + MAX_RUN / 2));
  return runs;
}

function compareCodeUnits(a: string, b: string): number {
  return a < b ? -1 : 1;
}

function add(runs: string[][], key: string): void {
  const [at, run, i] = place(runs, key);
  if (run === undefined) return void runs.push([key]);
  if (run[i] === key) return;
  run.splice(i, 0, key);
  if (run.length > MAX_RUN) runs.splice(at + 1, 0, run.splice(MAX_RUN / 2));
}

function remove(runs: string[][], key: string): void {
  const [at, run, i] = place(runs, key);
  if (run?.[i] !== key) return;
  run.splice(i, 1);
  if (run.length === 0) runs.splice(at, 1);
}

/** Where a key is, or belongs: the index of its run, the run (none where there are none), the index in it. */
function place(
  runs: readonly string[][],
  key: string,
): [at: number, run: string[] | undefined, i: number] {
  const ends = (run: readonly string[]): boolean =>
    compareCodePoints(run.at(-1) as string, key) >= 0;
  // What comes after all belongs to the last run.
  const at = Math.min(search(runs, ends), runs.length - 1);
  const run = runs[at];
  return [at, run, search(run ?? [], (other) => compareCodePoints(other, key) >= 0)];
}

/** The index of the first item that comes late enough, by binary search. */
function search<T>(items: readonly T[], isLateEnough: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isLateEnough(items[middle] as T)) high = middle;
    else low = middle + 1;
  }
  return low;
}
