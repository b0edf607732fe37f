import type { Entry, Removal, Write, WriteResult } from "./entry.ts";
import type { Filter } from "./filter.ts";
import type { Health } from "./health.ts";
import type { Scope } from "./scope.ts";

/** What a call does in a session, as its activity counts it. */
export type ActivityKind = "operation" | "message" | "record" | "error";

/**
 * Ties a call to a live session: extends the session's expiry, counts the activity, and rejects with
 * `MEM_SESSION_ENDED` if `epoch` is not the current one, all atomically with the call's own effect. A repeated call,
 * recognised by its `opId` or its items' ids, extends the expiry and is not counted again.
 */
export interface SessionCall {
  readonly epoch: string;
  /** The agent to count it for; if absent, it is counted for no agent. */
  readonly agentId?: string;
  /** Absent if nothing is counted. */
  readonly activity?: ActivityKind;
  /**
   * The claim that a write requires: if it is no longer held, the call rejects with `MEM_CONFLICT`, `retryable: false`,
   * atomically, and changes nothing.
   */
  readonly claim?: ClaimRef;
}

/** Identifies one claim of a step. */
export interface ClaimRef {
  readonly step: string;
  readonly token: number;
}

export interface CallOptions {
  /** When it fires, the call rejects with `MEM_ABORTED` and begins nothing more. */
  readonly signal?: AbortSignal;
  /** Only in scopes with a workflow, and only for short-term memory. */
  readonly session?: SessionCall;
}

export interface ReadCallOptions extends CallOptions {
  /** Read the entry as it was at this time, in milliseconds since 1970; only for stores with `capabilities.history`. */
  readonly asOf?: number;
}

export interface ListRequest {
  /** Only keys that begin with exactly this. */
  readonly prefix?: string;
  /** A condition on metadata, as `matchesFilter` evaluates it. */
  readonly filter?: Filter;
  /** The `cursor` of the previous page. Opaque; any other string is refused with `MEM_INVALID_ARGUMENT`. */
  readonly cursor?: string;
  /** The maximum number of items, 1 or more. A page may hold fewer and still have a `cursor`. */
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
  /** Names it in errors and health, e.g. `"redis"`. */
  readonly name: string;
  /** The entry of each key, or `undefined`, in the order of `keys`. */
  get(scope: Scope, keys: readonly string[], options?: ReadCallOptions): Promise<(E | undefined)[]>;
  /** Stores each write whose condition is met, in order. One result for each. */
  save(scope: Scope, writes: readonly W[], options?: CallOptions): Promise<WriteResult[]>;
  /** Deletes entries. Resolves to whether each one was there. */
  delete(scope: Scope, removals: readonly Removal[], options?: CallOptions): Promise<boolean[]>;
  /** Entries in ascending order of their keys' Unicode code points. */
  list(scope: Scope, request: ListRequest, options?: CallOptions): Promise<Page<E>>;
  /** How many entries the scope holds; the cost does not grow with their number. */
  count(scope: Scope, options?: CallOptions): Promise<number>;
  /** Removes every entry of exactly this scope. Resolves to how many there were. */
  clear(scope: Scope, options?: CallOptions): Promise<number>;
  /** Its health, without changing anything. Never rejects because the backend is down: it reports that. */
  health(): Promise<Health>;
  /** Waits until everything accepted is stored; every other method then rejects with `MEM_CLOSED`. Idempotent. */
  close(): Promise<void>;
}
