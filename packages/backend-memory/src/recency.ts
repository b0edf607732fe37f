import { StoredEntry } from "./stored-entry.ts";

/** An entry of a store that has bounds. */
export class BoundedEntry extends StoredEntry {
  /** About how many bytes it takes; 0 if bytes are not counted. */
  bytes = 0;
  /** Neighbours in the order of use, if that is kept. */
  older: BoundedEntry | undefined;
  newer: BoundedEntry | undefined;
}

/** Entries in the order of their last use. */
export class Recency {
  #oldest: BoundedEntry | undefined;
  #newest: BoundedEntry | undefined;

  get oldest(): BoundedEntry | undefined {
    return this.#oldest;
  }

  add(entry: BoundedEntry): void {
    entry.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
  }

  remove(entry: BoundedEntry): void {
    if (entry.older === undefined) this.#oldest = entry.newer;
    else entry.older.newer = entry.newer;
    if (entry.newer === undefined) this.#newest = entry.older;
    else entry.newer.older = entry.older;
    entry.older = undefined;
    entry.newer = undefined;
  }

  use(entry: BoundedEntry): void {
    if (entry === this.#newest) return;
    this.remove(entry);
    this.add(entry);
  }
}
