/** Resizing a map of this many keys or fewer takes no noticeable time. */
const SPLIT_BEYOND = 65_536;
/** A power of two. */
const PARTS = 8;

/**
 * An unordered map by key. The engine resizes a map in one go: with a million keys, that blocks everything for 20 to
 * 100 ms when the map fills, and again when its entries expire. Large maps are split into parts that are each quick.
 */
export class KeyMap<V> {
  #whole = new Map<string, V>();
  #parts: readonly Map<string, V>[] | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: string): V | undefined {
    return this.#parts === undefined ? this.#whole.get(key) : this.#partOf(key).get(key);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  /** Adds a key that is not there yet. */
  add(key: string, value: V): void {
    if (this.#parts === undefined && this.#size >= SPLIT_BEYOND) this.#split();
    (this.#parts === undefined ? this.#whole : this.#partOf(key)).set(key, value);
    this.#size++;
  }

  /** Removes a key that is there. */
  delete(key: string): void {
    (this.#parts === undefined ? this.#whole : this.#partOf(key)).delete(key);
    this.#size--;
  }

  clear(): void {
    this.#whole.clear();
    this.#parts = undefined;
    this.#size = 0;
  }

  *keys(): Generator<string> {
    for (const part of this.#parts ?? [this.#whole]) yield* part.keys();
  }

  *values(): Generator<V> {
    for (const part of this.#parts ?? [this.#whole]) yield* part.values();
  }

  #split(): void {
    this.#parts = Array.from({ length: PARTS }, () => new Map<string, V>());
    for (const [key, value] of this.#whole) this.#partOf(key).set(key, value);
    this.#whole.clear();
  }

  /** By two letters, since most keys differ at their end or in the middle; more would cost more than it evens out. */
  #partOf(key: string): Map<string, V> {
    const hash = key.charCodeAt(key.length - 1) + 3 * key.charCodeAt(key.length >> 1);
    return (this.#parts as readonly Map<string, V>[])[hash & (PARTS - 1)] as Map<string, V>;
  }
}
