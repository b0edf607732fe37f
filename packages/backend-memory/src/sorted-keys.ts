import { compareCodePoints } from "@mem/core";

/** The keys of a map in the order of their code points; sorted when they are asked for and the map has changed. */
export class SortedKeys {
  readonly #map: ReadonlyMap<string, unknown>;
  #sorted: readonly string[] | undefined;

  constructor(map: ReadonlyMap<string, unknown>) {
    this.#map = map;
  }

  /** To be called when a key comes or goes. */
  changed(): void {
    this.#sorted = undefined;
  }

  /** Keys that come after `after` and begin with `prefix`, in order. */
  *from(after: string | undefined, prefix: string): Generator<string> {
    const sorted = (this.#sorted ??= [...this.#map.keys()].toSorted(compareCodePoints));
    const start =
      after === undefined || compareCodePoints(after, prefix) < 0
        ? search(sorted, (key) => compareCodePoints(key, prefix) >= 0)
        : search(sorted, (key) => compareCodePoints(key, after) > 0);
    for (let i = start; i < sorted.length; i++) {
      const key = sorted[i] as string;
      if (!key.startsWith(prefix)) return;
      yield key;
    }
  }
}

/** The index of the first key that comes late enough, by halves. */
function search(sorted: readonly string[], lateEnough: (key: string) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (lateEnough(sorted[middle] as string)) high = middle;
    else low = middle + 1;
  }
  return low;
}
