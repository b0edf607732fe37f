import type { NamesOf } from "./checks.ts";
import type { Entry, LongTermEntry, Sequence } from "./entry.ts";
import type { Filter } from "./filter.ts";
import type { JsonCompatible, JsonInput, JsonValue } from "./json.ts";
import type { Page } from "./keyed-store.ts";
import type { SearchHit } from "./search-hit.ts";
import type { KeyInput, KeyLike, KeyOutput, MemoryKey } from "./memory-key.ts";
import type {
  DeleteOptions,
  IncrementOptions,
  ListOptions,
  ReadOptions,
  RevisionOptions,
  SaveOptions,
  WritableOptions,
} from "./memory-options.ts";
import type { Revision } from "./revision.ts";
import type { SearchOptions } from "./search-options.ts";
import type { SchemaOutput, StandardSchema } from "./standard-schema.ts";

/** Selects all entries that match. An empty match is refused. */
export interface DeletionMatch {
  readonly prefix?: string;
  readonly filter?: Filter;
  /** Only count what would be deleted. Default `false`. */
  readonly dryRun?: boolean;
}

export const DELETION_MATCH: NamesOf<DeletionMatch> = { prefix: true, filter: true, dryRun: true };

/** What to delete: these keys, or all entries that match. */
export type Deletion = readonly KeyLike[] | DeletionMatch;

export interface SaveItem {
  readonly key: string;
  readonly value: unknown;
  readonly ttl?: number | "keep" | null;
  readonly text?: string;
  readonly sequence?: Sequence;
  readonly metadata?: { readonly [key: string]: JsonInput };
  readonly subject?: string;
  readonly ifVersion?: string;
  readonly ifAbsent?: boolean;
  readonly ifNew?: boolean;
  readonly opId?: string;
}

export const SAVE_ITEM: NamesOf<SaveItem> = {
  key: true,
  value: true,
  ttl: true,
  text: true,
  sequence: true,
  metadata: true,
  subject: true,
  ifVersion: true,
  ifAbsent: true,
  ifNew: true,
  opId: true,
};

/** An item whose value survives JSON unchanged. */
export interface JsonItem<T extends SaveItem> {
  readonly value: JsonCompatible<T["value"]>;
}

export interface PageOptions {
  /** The `cursor` of the previous page. Default: the start. */
  readonly cursor?: string;
}

export const PAGE_OPTIONS: NamesOf<PageOptions> = { cursor: true };

/** A list that is fetched while you iterate over it, or a page at a time. */
export interface Listing<T> extends AsyncIterable<T> {
  /** One page of at most `pageSize` items, from the start or from `cursor`. */
  page(options?: PageOptions): Promise<Page<T>>;
}

/**
 * The memory of one agent. `memory.forAgent(id)`, `session.forAgent(id)`, `session.team` and `agent.memory` all have
 * this interface; which of them you use decides where the entries are kept.
 */
export interface AgentMemory {
  /** Stores a value. Resolves to `false` only if `ifVersion`, `ifAbsent` or `ifNew` was not met. */
  save<K extends MemoryKey>(key: K, value: KeyInput<K>, options?: SaveOptions): Promise<boolean>;
  save(key: string, value: JsonValue, options?: SaveOptions): Promise<boolean>;
  save<T>(key: string, value: JsonCompatible<T> & T, options?: SaveOptions): Promise<boolean>;
  /** The value, or `undefined` if there is none. */
  retrieve<K extends MemoryKey>(key: K, options?: ReadOptions): Promise<KeyOutput<K> | undefined>;
  retrieve<S extends StandardSchema>(
    key: string,
    options: ReadOptions & { readonly schema: S },
  ): Promise<SchemaOutput<S> | undefined>;
  retrieve(key: string, options?: ReadOptions): Promise<JsonValue | undefined>;
  /** The value with its version, times and metadata. */
  retrieveEntry<K extends MemoryKey>(
    key: K,
    options?: ReadOptions,
  ): Promise<Entry<KeyOutput<K>> | undefined>;
  retrieveEntry(
    key: string,
    options: ReadOptions & { readonly memoryType: "long_term" | "shared" },
  ): Promise<LongTermEntry | undefined>;
  retrieveEntry(key: string, options?: ReadOptions): Promise<Entry | undefined>;
  /**
   * Replaces the value with what `change` returns, and resolves to the new value. If another writer gets in between,
   * `change` is called again with the current value, so that no change is lost. Keeps the remaining TTL, metadata and
   * subject. Rejects with `MEM_CONFLICT` after too many attempts.
   */
  update<K extends MemoryKey>(
    key: K,
    change: (old: KeyOutput<K> | undefined) => KeyInput<K> | Promise<KeyInput<K>>,
    options?: WritableOptions,
  ): Promise<KeyOutput<K>>;
  update<T extends JsonValue>(
    key: string,
    change: (old: JsonValue | undefined) => T | Promise<T>,
    options?: WritableOptions,
  ): Promise<T>;
  update<T>(
    key: string,
    change: (
      old: JsonValue | undefined,
    ) => (JsonCompatible<T> & T) | Promise<JsonCompatible<T> & T>,
    options?: WritableOptions,
  ): Promise<T>;
  /**
   * Adds `by` (default 1) to a number in short-term memory, starting from 0 if there is none, and resolves to the sum.
   * Atomic, however many callers do it at once. Rejects with `MEM_INVALID_ARGUMENT` if the key holds anything else.
   */
  increment(key: string, by?: number, options?: IncrementOptions): Promise<number>;
  /** Deletes an entry. Resolves to whether there was one to delete. */
  delete(key: KeyLike, options?: DeleteOptions): Promise<boolean>;
  /**
   * Stores several values. Resolves to whether each item's condition was met. Rejects bad input before anything is
   * written; a failure partway rejects with `MEM_PARTIAL` and a result for each item.
   */
  saveMany<T extends SaveItem>(
    items: readonly (T & JsonItem<T>)[],
    options?: WritableOptions,
  ): Promise<boolean[]>;
  /** The values in the order of the keys. */
  retrieveMany(keys: readonly string[], options?: ReadOptions): Promise<(JsonValue | undefined)[]>;
  /** Deletes entries. Resolves to how many were deleted, or would be with `dryRun`. */
  deleteMany(what: Deletion, options?: WritableOptions): Promise<number>;
  /** Entries in ascending order of their keys. */
  list(
    options: ListOptions & { readonly memoryType: "long_term" | "shared" },
  ): Listing<LongTermEntry>;
  list(options?: ListOptions): Listing<Entry>;
  /**
   * Every state that a long-term entry has had, its deletions and the current state included, newest first. Rejects
   * with `MEM_UNSUPPORTED` if the store keeps no history.
   */
  history(key: KeyLike, options?: RevisionOptions): Listing<Revision>;
  /** The entries whose text best answers the query, best first. */
  search(query: string, options?: SearchOptions): Promise<SearchHit[]>;
}
