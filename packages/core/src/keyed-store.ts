import type { Entry, Removal, Write, WriteResult } from "./entry.ts";
import type { Filter } from "./filter.ts";
import type { Health } from "./health.ts";
import type { Scope } from "./scope.ts";

/** What an agent did, for the activity of its session. */
export type ActivityKind = "operation" | "message" | "record" | "error";

/**
 * Ties a call to a live session: it slides the session's expiry, counts the activity, and rejects with
 * `MEM_SESSION_ENDED` when `epoch` is not the current one, all in the same step as the call's own effect. A call all of
 * which had happened before, by its `opId` or its items' ids, slides the expiry and is not counted again.
 */
export interface SessionCall {
  readonly epoch: string;
  readonly agentId?: string;
  readonly activity?: ActivityKind;
}

export interface CallOptions {
  /** Rejects with `MEM_ABORTED` when it fires; nothing is begun after that. */
  readonly signal?: AbortSignal;
  /** Only in scopes with a workflow, and only for short-term memory. */
  readonly session?: SessionCall;
}

export interface ReadCallOptions extends CallOptions {
  /** The entry as it was at this time, in milliseconds since 1970; only for stores with `capabilities.history`. */
  readonly asOf?: number;
}

export interface ListRequest {
  /** Keys that begin with exactly this. */
  readonly prefix?: string;
  /** On metadata, judged as `matchesFilter` does. */
  readonly filter?: Filter;
  /** Where the last page ended. Opaque; foreign ones are refused with `MEM_INVALID_ARGUMENT`. */
  readonly cursor?: string;
  /** At most this many items, 1 or more. A page may hold fewer and still have a `cursor`. */
  readonly limit: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Absent on the last page. */
  readonly cursor?: string;
}

/**
 * What short-term and long-term memory have in common: entries by key within a scope.
 *
 * Arguments are complete and checked, and belong to the store; results belong to the caller. Keys of one call differ
 * from each other.
 */
export interface KeyedStore<W extends Write, E extends Entry> extends AsyncDisposable {
  /** For errors and health, e.g. `"redis"`. */
  readonly name: string;
  /** The entry of each key, or `undefined`, in the order of `keys`. */
  get(scope: Scope, keys: readonly string[], options?: ReadCallOptions): Promise<(E | undefined)[]>;
  /** Stores each write whose condition is met, in order; one result for each. */
  save(scope: Scope, writes: readonly W[], options?: CallOptions): Promise<WriteResult[]>;
  /** Whether each entry was there and is gone now. */
  delete(scope: Scope, removals: readonly Removal[], options?: CallOptions): Promise<boolean[]>;
  /** Entries in ascending order of their keys' Unicode code points. */
  list(scope: Scope, request: ListRequest, options?: CallOptions): Promise<Page<E>>;
  /** How many entries the scope holds; the cost does not grow with their number. */
  count(scope: Scope, options?: CallOptions): Promise<number>;
  /** Removes every entry of exactly this scope; how many there were. */
  clear(scope: Scope, options?: CallOptions): Promise<number>;
  /** How it is, without changing anything. Never rejects for an ill backend: that is what it reports. */
  health(): Promise<Health>;
  /** Idempotent. Waits for what was accepted; every other method then rejects with `MEM_CLOSED`. */
  close(): Promise<void>;
}
