import type { EmbedderFingerprint } from "./embedder.ts";
import type { LongTermEntry, Sequence, Write } from "./entry.ts";
import type { EraseOptions, Erasure, ErasureRequest } from "./erasure.ts";
import type { Filter } from "./filter.ts";
import type { Durability } from "./health.ts";
import type { CallOptions, KeyedStore, Page } from "./keyed-store.ts";
import type { PortableEntry, PortableRequest, Restored, RestoreOptions } from "./portable-entry.ts";
import type { HistoryRequest, Revision } from "./revision.ts";
import type { Scope, SearchScope, WorkflowRef } from "./scope.ts";
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
}

/** `"auto"`: hybrid where the store has an embedder, keyword otherwise. */
export type SearchMode = "auto" | "keyword" | "vector" | "hybrid";

export interface SearchRequest {
  readonly text: string;
  /** How many hits at most, 1 to 1,000. */
  readonly topK: number;
  readonly mode: SearchMode;
  /** From 0 to 1; hits below are left out. */
  readonly minScore?: number;
  readonly filter?: Filter;
  /** Whether entries borrow score from their neighbours in a sequence. */
  readonly neighbours: boolean;
}

/** The parts of a score, each from 0 to 1; they add up to it as the store's search documents. */
export interface SearchScores {
  readonly keyword?: number;
  readonly vector?: number;
  /** What was borrowed from neighbours. */
  readonly neighbours?: number;
}

export interface SearchHit extends LongTermEntry {
  /** From 0 to 1, comparable between queries. What a strong entry borrows beyond 1 still counts for its rank. */
  readonly score: number;
  readonly scores: SearchScores;
  /** The passage of `text` that answers best. */
  readonly snippet: string;
  /** The words of the query that were found, as they are indexed. */
  readonly matched: readonly string[];
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
  stats(tenantId: string, options?: CallOptions): Promise<LongTermStats>;
  /** Resolves when what runs in the background (index, vectors) has caught up with what was saved. */
  flush(options?: CallOptions): Promise<void>;
}
