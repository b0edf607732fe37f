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
  /** Whether it searches by vector: it was given an embedder. */
  readonly vector: boolean;
  /** Whether it keeps what entries were: answers `history`, and `get` with `asOf` a time in the past. */
  readonly history: boolean;
}

export interface LongTermWrite extends Write {
  /** What is indexed for search; may be empty. */
  readonly text: string;
  readonly sequence?: Sequence;
  /**
   * Store only if no entry of the scope has the same value and text, by `contentHash`; judged where the write is, so
   * that of several at once one is stored.
   */
  readonly ifNew?: boolean;
}

export interface LongTermStats {
  readonly entries: number;
  /** Entries whose vector is still to come. */
  readonly pendingVectors: number;
  /** Of the store's cache of entries, whosever they are, since it was opened; absent: it has none. */
  readonly cache?: {
    readonly hits: number;
    readonly misses: number;
    readonly entries: number;
    readonly bytes: number;
  };
}

/**
 * The contract of long-term memory. `describeLongTermStore` of `@mem/contract` proves it.
 *
 * A resolved `save` is stored in the declared class and found by the next get, list, count and search.
 */
export interface LongTermStore extends KeyedStore<LongTermWrite, LongTermEntry> {
  readonly capabilities: LongTermCapabilities;
  /** The best entries of the scope for a text, best first; ties by key. The filter is applied before ranking. */
  search(scope: SearchScope, request: SearchRequest, options?: CallOptions): Promise<SearchHit[]>;
  /** Removes the entries of every scope of a workflow; how many there were. */
  clearWorkflow(workflow: WorkflowRef, options?: CallOptions): Promise<number>;
  /**
   * What was kept of an entry, newest first. Rejects with `MEM_UNSUPPORTED` without `capabilities.history`.
   *
   * `get` with an `asOf` before the store's history begins rejects with `MEM_INVALID_ARGUMENT`, which says when that is.
   */
  history(
    scope: Scope,
    key: string,
    request: HistoryRequest,
    options?: CallOptions,
  ): Promise<Page<Revision>>;
  /**
   * Removes entries so that the store's files hold nothing of them any more, in no log, index, history or older version;
   * `delete` only makes them unfindable. Takes as long as writing anew whatever holds them.
   */
  erase(request: ErasureRequest, options?: EraseOptions): Promise<Erasure>;
  /** Reads everything and checks it. Never rejects for damage: that is what it reports. */
  verify(options?: CallOptions): Promise<Verification>;
  /** Every entry, in batches, as all were at one moment, however long the walk takes and whoever writes meanwhile. */
  entries(
    request?: PortableRequest,
    options?: CallOptions,
  ): AsyncIterable<readonly PortableEntry[]>;
  /**
   * Puts entries back as they were, times included, each with a new version; of two with the same place the later
   * counts. What `checkPortableEntries` refuses is refused before anything is written.
   */
  restore(entries: readonly PortableEntry[], options?: RestoreOptions): Promise<Restored>;
  /** Whose vectors `entries` gives out and `restore` takes; `undefined`: none. */
  embedder(options?: CallOptions): Promise<EmbedderFingerprint | undefined>;
  /**
   * Makes every vector anew by another embedder, while the store is used with the one it has, then goes over to it for
   * good. Whoever stops it, by the signal or a kill, loses nothing: the next attempt goes on where it stopped. Works
   * without the old embedder, too: open the store without one. Rejects with `MEM_EMBEDDING` where the new one fails.
   */
  reembed(embedder: Embedder, options?: ReembedOptions): Promise<Reembedded>;
  stats(tenantId: string, options?: CallOptions): Promise<LongTermStats>;
  /** Resolves when what runs in the background (index, vectors) has caught up with what was saved. */
  flush(options?: CallOptions): Promise<void>;
}
