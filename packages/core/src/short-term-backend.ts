import type { Entry, Write } from "./entry.ts";
import type { Durability } from "./health.ts";
import type { JsonValue } from "./json.ts";
import type { CallOptions, KeyedStore } from "./keyed-store.ts";
import type { Scope } from "./scope.ts";
import type { WorkflowLifetimes } from "./workflow-lifetimes.ts";

export interface ShortTermCapabilities {
  readonly durability: Durability;
  /** Whether other processes see the same memory. */
  readonly shared: boolean;
}

export interface ShortTermWrite extends Write {
  /**
   * TTL in milliseconds from this write; `null`: never expires; `"keep"`: as long as the entry that this replaces
   * (never expires if there is none); `"session"`: as long as its workflow, which has to be live.
   */
  readonly ttlMs: number | null | "keep" | "session";
}

/** What to add to the number that an entry holds. */
export interface Increment {
  readonly key: string;
  /** Any finite number. */
  readonly by: number;
  /** The TTL of a new entry, as in a write; an existing entry keeps its TTL and its metadata. */
  readonly ttlMs: number | null | "session";
  /** Names the operation: if it made the current entry, it is answered as it was then and adds nothing. */
  readonly opId?: string;
}

export interface Incremented {
  readonly value: number;
  readonly version: string;
}

/** An item to append to a log. */
export interface LogWrite {
  /** Unique in the log: an item that the log still has is not appended again. */
  readonly id: string;
  readonly value: JsonValue;
  /**
   * Names shared with other items, such as the id of a tool call: items that share one are dropped from the log
   * together when it reaches its bound. At most 64.
   */
  readonly ties?: readonly string[];
  /** Milliseconds since 1970; default: now. For copies of older messages. */
  readonly at?: number;
}

export interface LogItem {
  readonly id: string;
  /** 1 for the first item ever appended, then 2, 3, …; none is used again while the log lives. */
  readonly position: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly value: JsonValue;
  /** How many times its value was replaced. */
  readonly edits: number;
}

/** A change of one item; its position, time and ties stay. */
export interface LogEdit {
  readonly id: string;
  /** The new value; absent to remove the item. Its position is not used again. */
  readonly value?: JsonValue;
  /** Rejects with `MEM_CONFLICT`, and changes nothing, unless the item has been edited exactly this many times. */
  readonly ifEdits?: number;
}

export interface LogBounds {
  /**
   * The maximum number of items. The oldest are dropped first, each with all items that share a tie with it. Items tied
   * to those being appended are dropped last, then one by one, oldest first.
   */
  readonly maxItems: number;
  /** The minimum time that the log lives after this append: an append never shortens it. */
  readonly ttlMs: number | null | "session";
}

export interface LogRead {
  /** The maximum number of items: the latest that match, oldest first. */
  readonly limit: number;
  /** Only positions below this one. */
  readonly before?: number;
  /** Only positions above this one. */
  readonly after?: number;
}

export interface ShortTermStats {
  readonly entries: number;
  /** Live workflows. */
  readonly workflows: number;
}

/** What a backend in this process can do synchronously, for one value. Throws what `get` and `save` would reject with. */
export interface ValuesAtOnce {
  /** The value under a key, which belongs to the caller. */
  get(scope: Scope, key: string, options?: CallOptions): JsonValue | undefined;
  /** Whether the write was stored. */
  save(scope: Scope, write: ShortTermWrite, options?: CallOptions): boolean;
}

/**
 * The contract of short-term memory. `describeShortTermBackend` of `@mem/contract` proves that a backend keeps it.
 *
 * Expired entries are never returned, counted or listed, and are freed without being read. A save is atomic: value,
 * expiry and index change together or not at all.
 */
export interface ShortTermBackend extends KeyedStore<ShortTermWrite, Entry>, WorkflowLifetimes {
  readonly capabilities: ShortTermCapabilities;
  /**
   * Only for backends that never have to wait: the same as `get` and `save` for a single value. It saves the manager
   * the lists and promises, which are half the cost of such a call.
   */
  readonly atOnce?: ValuesAtOnce | undefined;
  /**
   * Adds to a number atomically, starting from 0 if there is no entry. Rejects with `MEM_INVALID_ARGUMENT` and changes
   * nothing if the entry holds no number (`key`), or if the sum is not finite (`by`).
   */
  increment(scope: Scope, increment: Increment, options?: CallOptions): Promise<Incremented>;
  /** Appends to the named log of a scope, creating it if needed. Resolves to the items as they are in the log. */
  append(
    scope: Scope,
    log: string,
    items: readonly LogWrite[],
    bounds: LogBounds,
    options?: CallOptions,
  ): Promise<LogItem[]>;
  /** Reads from the end of the named log; empty if there is none. */
  read(scope: Scope, log: string, read: LogRead, options?: CallOptions): Promise<LogItem[]>;
  /** The items with these ids, in their order; `undefined` for those that the log does not have. */
  find(
    scope: Scope,
    log: string,
    ids: readonly string[],
    options?: CallOptions,
  ): Promise<(LogItem | undefined)[]>;
  /**
   * Replaces the value of an item, or removes the item. Resolves to the changed item, or to the removed one;
   * `undefined` if the log has none with that id. Does not change how long the log lives.
   */
  edit(
    scope: Scope,
    log: string,
    edit: LogEdit,
    options?: CallOptions,
  ): Promise<LogItem | undefined>;
  /** Totals of one tenant; the cost does not grow with the number of entries. */
  stats(tenantId: string, options?: CallOptions): Promise<ShortTermStats>;
}
