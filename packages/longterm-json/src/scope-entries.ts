import { compareCodePoints, type Scope } from "@mem/core";
import { createKeywordIndex, type Analyzer, type KeywordIndex } from "@mem/search";
import { compareKeys, type StoredEntry } from "./stored-entry.ts";

/** The entries of one scope: by key, in order, by sequence and by the words of their texts. */
export class ScopeEntries {
  readonly scope: Scope;
  readonly #analyzer: Analyzer;
  readonly #byKey = new Map<string, StoredEntry>();
  readonly #bySequence = new Map<string, Map<string, StoredEntry>>();
  readonly #byContent = new Map<string, number>();
  #sorted: readonly StoredEntry[] | undefined;
  #index: KeywordIndex | undefined;

  constructor(scope: Scope, analyzer: Analyzer) {
    this.scope = scope;
    this.#analyzer = analyzer;
  }

  get size(): number {
    return this.#byKey.size;
  }

  get(key: string): StoredEntry | undefined {
    return this.#byKey.get(key);
  }

  /** How many entries have this `contentHash`. */
  count(content: string): number {
    return this.#byContent.get(content) ?? 0;
  }

  /** In the order of their keys; sorted on demand, so that loading many sorts once. */
  all(): readonly StoredEntry[] {
    this.#sorted ??= [...this.#byKey.values()].toSorted(compareKeys);
    return this.#sorted;
  }

  /** Those whose key has this prefix and comes after `after`, in order. */
  *from(after: string | undefined, prefix: string): Generator<StoredEntry> {
    const sorted = this.all();
    const isLateEnough = ({ entry: { key } }: StoredEntry): boolean =>
      compareCodePoints(key, prefix) >= 0 &&
      (after === undefined || compareCodePoints(key, after) > 0);
    for (let i = firstIndex(sorted, isLateEnough); i < sorted.length; i++) {
      const stored = sorted[i] as StoredEntry;
      if (!stored.entry.key.startsWith(prefix)) return;
      yield stored;
    }
  }

  /** The members of a sequence, in no particular order. */
  inSequence(id: string): Iterable<StoredEntry> {
    return this.#bySequence.get(id)?.values() ?? [];
  }

  /**
   * The words of the texts, by key. Made by the first search, so that a store that is never searched does not pay for
   * it.
   */
  keywords(): KeywordIndex {
    if (this.#index === undefined) {
      this.#index = createKeywordIndex();
      for (const stored of this.#byKey.values()) this.#indexWords(stored);
    }
    return this.#index;
  }

  put(stored: StoredEntry): void {
    const { key, sequence } = stored.entry;
    this.remove(key);
    this.#byKey.set(key, stored);
    this.#byContent.set(stored.content, this.count(stored.content) + 1);
    this.#sorted = undefined;
    this.#indexWords(stored);
    if (sequence === undefined) return;
    const members = this.#bySequence.get(sequence.id) ?? new Map<string, StoredEntry>();
    members.set(key, stored);
    this.#bySequence.set(sequence.id, members);
  }

  remove(key: string): void {
    const stored = this.#byKey.get(key);
    if (stored === undefined) return;
    this.#byKey.delete(key);
    const left = this.count(stored.content) - 1;
    if (left > 0) this.#byContent.set(stored.content, left);
    else this.#byContent.delete(stored.content);
    this.#sorted = undefined;
    this.#index?.remove(key);
    const sequenceId = stored.entry.sequence?.id;
    if (sequenceId === undefined) return;
    const members = this.#bySequence.get(sequenceId);
    members?.delete(key);
    if (members?.size === 0) this.#bySequence.delete(sequenceId);
  }

  #indexWords({ entry: { key, text } }: StoredEntry): void {
    this.#index?.add(key, this.#analyzer.analyze(text));
  }
}

/** The index of the first item that is late enough, by binary search. */
function firstIndex<T>(sorted: readonly T[], isLateEnough: (item: T) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isLateEnough(sorted[middle] as T)) high = middle;
    else low = middle + 1;
  }
  return low;
}
