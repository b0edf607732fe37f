import type { Embedder, EmbedderFingerprint } from "./embedder.ts";
import type { LongTermEntry, Sequence, Write } from "./entry.ts";
import type { EraseOptions, Erasure, ErasureRequest } from "./erasure.ts";
import type { Durability } from "./health.ts";
import type { CallOptions, KeyedStore, Page } from "./keyed-store.ts";
import type { PortableEntry, PortableRequest, Restored, RestoreOptions } from "./portable-entry.ts";
import type { Reembedded, ReembedOptions } from "./reembedding.ts";
import type { HistoryRequest, Revision } from "./revision.ts";
import type { Scope, SearchScope, WorkflowRef } from "./scope.ts";
import type { SearchHit } from "./search-hit.ts";
import type { SearchRequest } from "./search-request.ts";
import type { Verification } from "./verification.ts";

export interface LongTermCapabilities {
  readonly durability: Durability;
  /** Whether other processes can use the same store at the same time. */
  readonly shared: boolean;
  /** Whether it can search by vector, that is, was given an embedder. */
  readonly vector: boolean;
  /** Whether it keeps past states of entries, for `history` and for `get` with an `asOf` in the past. */
  readonly history: boolean;
}

export interface LongTermWrite extends Write {
  /** The text that is indexed for search; may be empty. */
  readonly text: string;
  readonly sequence?: Sequence;
  /**
   * Store only if no entry of the scope has the same value and text, by `contentHash`. Checked atomically with the
   * write, so that of several concurrent ones one is stored.
   */
  readonly ifNew?: boolean;
}

export interface LongTermStats {
  readonly entries: number;
  /** Entries that have no vector yet. */
  readonly pendingVectors: number;
  /** Statistics of the store's cache of entries, of all tenants, since it was opened; absent if it has none. */
  readonly cache?: {
    readonly hits: number;
    readonly misses: number;
    readonly entries: number;
    readonly bytes: number;
  };
}

/**
 * The contract of long-term memory. `describeLongTermStore` of `@mem/contract` proves that a store keeps it.
 *
 * A resolved `save` is stored in the declared class and found by the next get, list, count and search.
 */
export interface LongTermStore extends KeyedStore<LongTermWrite, LongTermEntry> {
  readonly capabilities: LongTermCapabilities;
  /** The entries of the scope that best answer a text, best first; ties by key. The filter is applied before ranking. */
  search(scope: SearchScope, request: SearchRequest, options?: CallOptions): Promise<SearchHit[]>;
  /** Removes the entries in every scope of a workflow. Resolves to how many there were. */
  clearWorkflow(workflow: WorkflowRef, options?: CallOptions): Promise<number>;
  /**
   * Every kept state of an entry, newest first. Rejects with `MEM_UNSUPPORTED` without `capabilities.history`.
   *
   * `get` with an `asOf` before the store's history begins rejects with `MEM_INVALID_ARGUMENT`, which says when it
   * begins.
   */
  history(
    scope: Scope,
    key: string,
    request: HistoryRequest,
    options?: CallOptions,
  ): Promise<Page<Revision>>;
  /**
   * Removes entries for good: the store's files hold no trace of them any more, in any log, index, history or older
   * version (`delete` only makes them impossible to find). Takes as long as rewriting everything that holds them.
   */
  erase(request: ErasureRequest, options?: EraseOptions): Promise<Erasure>;
  /** Reads and checks everything. Never rejects because of damage: it reports it. */
  verify(options?: CallOptions): Promise<Verification>;
  /** Every entry, in batches, as of one moment, however long iterating takes and even if others write meanwhile. */
  entries(
    request?: PortableRequest,
    options?: CallOptions,
  ): AsyncIterable<readonly PortableEntry[]>;
  /**
   * Restores entries as they were, times included, each with a new version; of two in the same place the later one
   * wins. Whatever `checkPortableEntries` refuses is refused before anything is written.
   */
  restore(entries: readonly PortableEntry[], options?: RestoreOptions): Promise<Restored>;
  /** The embedder whose vectors `entries` yields and `restore` accepts; `undefined` if there is none. */
  embedder(options?: CallOptions): Promise<EmbedderFingerprint | undefined>;
  /**
   * Recomputes every vector with another embedder while the store is used with its present one, then switches to the
   * new one for good. Nothing is lost if it is aborted or the process is killed: the next attempt resumes where this
   * one stopped. Needs no old embedder: open the store without one. Rejects with `MEM_EMBEDDING` if the new one fails.
   */
  reembed(embedder: Embedder, options?: ReembedOptions): Promise<Reembedded>;
  stats(tenantId: string, options?: CallOptions): Promise<LongTermStats>;
  /** Resolves when background work (index, vectors) has caught up with everything saved. */
  flush(options?: CallOptions): Promise<void>;
}
