import type { Entry, LongTermEntry, Sequence } from "./entry.ts";
import type { Filter } from "./filter.ts";
import type { JsonCompatible, JsonInput, JsonPrimitive, JsonValue } from "./json.ts";
import type { Page } from "./keyed-store.ts";
import type { Reranker } from "./reranker.ts";
import type { SearchHit } from "./search-hit.ts";
import type { Recency, SearchMode } from "./search-request.ts";
import type { KeyInput, KeyLike, KeyOutput, MemoryKey } from "./memory-key.ts";
import type { Revision } from "./revision.ts";
import type { SchemaOutput, StandardSchema } from "./standard-schema.ts";

/** `"shared"` is the knowledge: it can be read and searched, never written. */
export type MemoryType = "short_term" | "long_term" | "shared";

interface WriteOptions {
  /** Facts about the entry to filter by: a plain JSON object. */
  readonly metadata?: { readonly [key: string]: JsonInput };
  /** The person the entry is about, so that it can be found and erased with all that is about them. */
  readonly subject?: string;
  /** Store only over this version; otherwise resolve `false`. */
  readonly ifVersion?: string;
  /** Store only where there is nothing; otherwise resolve `false`. */
  readonly ifAbsent?: boolean;
  /** Names the operation, so that sending it twice has one effect. */
  readonly opId?: string;
  readonly signal?: AbortSignal;
}

export interface ShortTermSaveOptions extends WriteOptions {
  readonly memoryType?: "short_term";
  /**
   * Seconds to live; `null`: for ever; `"keep"`: as long as what it replaces. Default: the manager's `shortTermTtl`,
   * in a session the life of the session.
   */
  readonly ttl?: number | "keep" | null;
  readonly text?: never;
  readonly sequence?: never;
  readonly ifNew?: never;
}

export interface LongTermSaveOptions extends WriteOptions {
  readonly memoryType: "long_term";
  /** Long-term memory does not expire. */
  readonly ttl?: never;
  /** What to index for search. Default: the words and numbers in the value, with the names of its properties. */
  readonly text?: string;
  /** The entry's place in an order; search lets it borrow score from its neighbours. */
  readonly sequence?: Sequence;
  /**
   * Store only what is new: where an entry of the same agent (in the same workflow), under whatever key, has the same
   * value and text, resolve `false`. Of several that save the same at once, one is stored.
   */
  readonly ifNew?: boolean;
}

export type SaveOptions = ShortTermSaveOptions | LongTermSaveOptions;

export interface ReadOptions {
  /** Default `"short_term"`. */
  readonly memoryType?: MemoryType;
  /** The entry as it was at this time (milliseconds since 1970); rejects with `MEM_UNSUPPORTED` without history. */
  readonly asOf?: number;
  readonly signal?: AbortSignal;
}

export interface WritableOptions {
  /** Default `"short_term"`. */
  readonly memoryType?: "short_term" | "long_term";
  readonly signal?: AbortSignal;
}

export interface IncrementOptions {
  /**
   * Seconds that a new counter lives, `null`: for ever; one that is there keeps the time it has. Default: the manager's
   * `shortTermTtl`, in a session the life of the session.
   */
  readonly ttl?: number | null;
  /** Names the operation, so that sending it twice counts once. */
  readonly opId?: string;
  readonly signal?: AbortSignal;
}

export interface DeleteOptions extends WritableOptions {
  /** Delete this version only. */
  readonly ifVersion?: string;
}

export interface ListOptions {
  /** Default `"short_term"`. */
  readonly memoryType?: MemoryType;
  readonly prefix?: string;
  readonly filter?: Filter;
  /** How many entries a walk gives. Default: every one. */
  readonly limit?: number;
  /** How many to fetch at a time, 1 to 1,000. Default 100. */
  readonly pageSize?: number;
  readonly signal?: AbortSignal;
}

export interface RevisionOptions {
  /** How many revisions a walk gives. Default: every one. */
  readonly limit?: number;
  /** How many to fetch at a time, 1 to 1,000. Default 100. */
  readonly pageSize?: number;
  readonly signal?: AbortSignal;
}

/** What to delete: the keys, or all that match. An empty match is refused. */
export type Deletion =
  | readonly KeyLike[]
  | { readonly prefix?: string; readonly filter?: Filter; readonly dryRun?: boolean };

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

/** An item whose value survives JSON. */
export interface JsonItem<T extends SaveItem> {
  readonly value: JsonCompatible<T["value"]>;
}

export interface SearchOptions {
  /** Default `"long_term"`. Searching `"short_term"` rejects with `MEM_UNSUPPORTED`. */
  readonly memoryType?: MemoryType;
  /** How many hits at most, 1 to 1,000. Default 5. */
  readonly topK?: number;
  /** Default `"auto"`: hybrid with an embedder, keyword without. */
  readonly mode?: SearchMode;
  /** From 0 to 1; weaker hits are left out, before a reranker judges and after. Default 0. */
  readonly minScore?: number;
  /** `"all"`: only entries that have every word of the query, stop words aside. Default `"any"`. */
  readonly match?: "any" | "all";
  /** Only entries that have each of these, word after word; at most 100. */
  readonly phrases?: readonly string[];
  /** Whether the last word of the query also stands for every word that begins with it. Default `false`. */
  readonly prefix?: boolean;
  /** Fields of the metadata that have to have exactly these values. */
  readonly filterMetadata?: Readonly<Record<string, JsonPrimitive>>;
  /** Any condition on metadata, in addition. */
  readonly filter?: Filter;
  /** Only what was stored in this workflow. Default: any. */
  readonly workflowId?: string;
  /** Whether entries in a sequence borrow score from their neighbours. Default `true`. */
  readonly neighbours?: boolean;
  /** Lets newer entries come before older ones. Default: age does not count. */
  readonly recency?: Recency;
  /** Whether of hits that say nearly the same only the best is given, the others as its `duplicates`. Default `false`. */
  readonly collapse?: boolean;
  /** Judges the best hits anew; where it fails, the search rejects with `MEM_UNAVAILABLE`. */
  readonly reranker?: Reranker<SearchHit>;
  readonly signal?: AbortSignal;
}

/** A list that is fetched as it is walked, or a page at a time. */
export interface Listing<T> extends AsyncIterable<T> {
  /** One page of at most `pageSize` items, from the start or from where the last one ended. */
  page(options?: { readonly cursor?: string }): Promise<Page<T>>;
}

/**
 * The memory of one agent. `memory.forAgent(id)`, `session.forAgent(id)`, `session.team` and `agent.memory` are all
 * this interface; where each keeps its entries is decided by where it came from.
 */
export interface AgentMemory {
  /** Stores a value; `false` only when `ifVersion`, `ifAbsent` or `ifNew` was not met. */
  save<K extends MemoryKey>(key: K, value: KeyInput<K>, options?: SaveOptions): Promise<boolean>;
  save(key: string, value: JsonValue, options?: SaveOptions): Promise<boolean>;
  save<T>(key: string, value: JsonCompatible<T> & T, options?: SaveOptions): Promise<boolean>;
  /** The value, or `undefined` where there is none. */
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
   * Replaces a value by what `change` makes of it, and resolves the new one; repeated when another writer came
   * between, so that no change is lost. Keeps the remaining TTL, metadata and subject.
   * Rejects with `MEM_CONFLICT` when it gives up.
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
   * Adds `by` (default 1) to a number in short-term memory, from 0 where there is none, in one step however many do so
   * at once; resolves the sum. Rejects with `MEM_INVALID_ARGUMENT` where the key holds something else.
   */
  increment(key: string, by?: number, options?: IncrementOptions): Promise<number>;
  /** Whether there was something to delete. */
  delete(key: KeyLike, options?: DeleteOptions): Promise<boolean>;
  /**
   * Stores several values; whether each condition was met. Bad input rejects before anything is written; a failure on
   * the way rejects with `MEM_PARTIAL` and a result for each item.
   */
  saveMany<T extends SaveItem>(
    items: readonly (T & JsonItem<T>)[],
    options?: WritableOptions,
  ): Promise<boolean[]>;
  /** The values in the order of the keys. */
  retrieveMany(keys: readonly string[], options?: ReadOptions): Promise<(JsonValue | undefined)[]>;
  /** How many were deleted, or would be with `dryRun`. */
  deleteMany(what: Deletion, options?: WritableOptions): Promise<number>;
  /** Entries in ascending order of their keys. */
  list(
    options: ListOptions & { readonly memoryType: "long_term" | "shared" },
  ): Listing<LongTermEntry>;
  list(options?: ListOptions): Listing<Entry>;
  /**
   * What a long-term entry was before, newest first, its removals among it. Rejects with `MEM_UNSUPPORTED` where the store
   * keeps no history.
   */
  history(key: KeyLike, options?: RevisionOptions): Listing<Revision>;
  /** Entries whose text answers the query best, best first. */
  search(query: string, options?: SearchOptions): Promise<SearchHit[]>;
}
