import type { EmbedderFingerprint } from "./embedder.ts";
import type { LongTermEntry } from "./entry.ts";
import type { CallOptions } from "./keyed-store.ts";
import type { Scope } from "./scope.ts";

/** An entry that can be restored into any store. It has no version: versions belong to the store that issued them. */
export interface PortableEntry {
  readonly scope: Scope;
  readonly entry: Omit<LongTermEntry, "version" | "expiresAt" | "agentId" | "workflowId">;
  /** Names the operation that made it, so that it is still recognised if sent again. */
  readonly opId?: string;
  /**
   * Absent if it was not made yet, or if the store makes none. For a text with several passages, it is at most their
   * mean: their vectors are recomputed when the entry is restored.
   */
  readonly vector?: Float32Array;
}

export interface PortableRequest {
  /** Default: every tenant. */
  readonly tenantId?: string;
}

export interface RestoreOptions extends CallOptions {
  /** What to do if the entry exists already. Default `"replace"`. */
  readonly ifExists?: "skip" | "replace";
  /** The embedder that made the vectors. Vectors of another embedder than the store's own are ignored and made anew. */
  readonly vectorsOf?: EmbedderFingerprint;
}

export interface Restored {
  readonly stored: number;
  /** Entries that existed already and were left unchanged. */
  readonly skipped: number;
}
