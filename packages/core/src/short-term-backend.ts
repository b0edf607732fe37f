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
   * How long the entry lives, in milliseconds from this write; `null`: for ever; `"keep"`: as long as what it replaces
   * (for ever where there is nothing); `"session"`: as long as its workflow, which has to be live.
   */
  readonly ttlMs: number | null | "keep" | "session";
}

/** What to add to the number that an entry holds. */
export interface Increment {
  readonly key: string;
  /** Any finite number. */
  readonly by: number;
  /** The life of an entry that this makes, as of a write; one that is there keeps its own, and its metadata. */
  readonly ttlMs: number | null | "session";
  /** Names the operation: where it made the current entry, it is answered as it was then and adds nothing. */
  readonly opId?: string;
}

export interface Incremented {
  readonly value: number;
  readonly version: string;
}

/** One thing to append to a log. */
export interface LogWrite {
  /** Unique in the log: an item that is still there is not appended again. */
  readonly id: string;
  readonly value: JsonValue;
}

export interface LogItem {
  readonly id: string;
  /** 1 for the first item ever appended, then 2, 3, …: never used again while the log lives. */
  readonly position: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly value: JsonValue;
}

export interface LogBounds {
  /** The oldest items beyond this many are dropped. */
  readonly maxItems: number;
  /** How long the log lives after this append, at least: an append never shortens a log's life. */
  readonly ttlMs: number | null | "session";
}

export interface LogRead {
  /** At most this many, the latest of those that fit, oldest first. */
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

/**
 * What a backend in this process can do without waiting, with one value. What `get` and `save` would reject with is
 * thrown.
 */
export interface ValuesAtOnce {
  /** The value under a key, the caller's own. */
  get(scope: Scope, key: string, options?: CallOptions): JsonValue | undefined;
  /** Whether the write was stored. */
  save(scope: Scope, write: ShortTermWrite, options?: CallOptions): boolean;
}

/**
 * The contract of short-term memory. `describeShortTermBackend` of `@mem/contract` proves it.
 *
 * Expired entries are never returned, counted or listed, and are freed without being read. A save is atomic: value,
 * expiry and index change together or not at all.
 */
export interface ShortTermBackend extends KeyedStore<ShortTermWrite, Entry>, WorkflowLifetimes {
  readonly capabilities: ShortTermCapabilities;
  /**
   * Only where nothing has to be waited for: the same as `get` and `save` for a single value. It spares the manager half
   * of what such a call takes, which is lists and promises.
   */
  readonly atOnce?: ValuesAtOnce | undefined;
  /**
   * Adds to a number in one step, from 0 where there is no entry. Rejects with `MEM_INVALID_ARGUMENT` and changes
   * nothing where the entry holds no number (`key`), or where the sum is not finite (`by`).
   */
  increment(scope: Scope, increment: Increment, options?: CallOptions): Promise<Incremented>;
  /** Appends to the named log of a scope, creating it; the items as they stand in the log. */
  append(
    scope: Scope,
    log: string,
    items: readonly LogWrite[],
    bounds: LogBounds,
    options?: CallOptions,
  ): Promise<LogItem[]>;
  /** Reads from the end of the named log; empty where there is none. */
  read(scope: Scope, log: string, read: LogRead, options?: CallOptions): Promise<LogItem[]>;
  /** Totals of one tenant; the cost does not grow with the number of entries. */
  stats(tenantId: string, options?: CallOptions): Promise<ShortTermStats>;
}
