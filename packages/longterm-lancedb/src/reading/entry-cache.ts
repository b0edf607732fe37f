import type { LongTermEntry } from "@mem/core";
import { LRUCache } from "lru-cache";
import type { StoredFacts } from "../log/changed-entry.ts";

/** An entry of the table as it is kept in memory. Only copies of it are handed out. */
export interface CachedEntry {
  readonly entry: LongTermEntry;
  readonly opId: string | null;
  /** Length of its text, in terms. */
  readonly length: number;
  /** Roughly what it takes in memory. */
  readonly bytes: number;
}

export function storedFacts({ entry, opId, length }: CachedEntry): StoredFacts {
  return { version: entry.version, opId, createdAt: entry.createdAt, length };
}

export interface CacheStats {
  readonly hits: number;
  readonly misses: number;
  readonly entries: number;
  readonly bytes: number;
}

const DEFAULT_BYTES = 16 << 20;
/** Memory that an id takes in the cache in addition to the id itself. */
const PLACE_BYTES = 150;

/** Stands for "no entry", because the cache does not accept `null`. */
const NOTHING = Symbol("nothing");

/**
 * What the table has for some ids, including "nothing": a get that finds nothing is repeated as often as any other.
 * It is valid for one version of the table; moving to the next means setting `version` and deleting what changed.
 */
export class EntryCache {
  /** Version of the table. What was read from another version is not kept. */
  version = -1;
  readonly #entries: LRUCache<string, CachedEntry | typeof NOTHING>;
  #hits = 0;
  #misses = 0;

  constructor(maxBytes: number = DEFAULT_BYTES) {
    this.#entries = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: (found, id) =>
        PLACE_BYTES + 2 * id.length + (found === NOTHING ? 0 : found.bytes),
    });
  }

  get stats(): CacheStats {
    return {
      hits: this.#hits,
      misses: this.#misses,
      entries: this.#entries.size,
      bytes: this.#entries.calculatedSize,
    };
  }

  /** What a version of the table has for an id; `null`: nothing; `undefined`: it has to be read. */
  find(id: string, version: number): CachedEntry | null | undefined {
    if (version !== this.version) return undefined;
    const found = this.#entries.get(id);
    return found === NOTHING ? null : found;
  }

  /** Counts what a get found here and what it had to read. */
  count(hits: number, misses: number): void {
    this.#hits += hits;
    this.#misses += misses;
  }

  /** Keeps what was read, unless the table has been written since. */
  put(id: string, found: CachedEntry | null, version: number): void {
    if (version === this.version) this.#entries.set(id, found ?? NOTHING);
  }

  /** Drops an id that was changed. */
  delete(id: string): void {
    this.#entries.delete(id);
  }

  clear(): void {
    this.#entries.clear();
  }
}
