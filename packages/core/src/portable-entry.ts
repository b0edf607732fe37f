import type { EmbedderFingerprint } from "./embedder.ts";
import type { LongTermEntry } from "./entry.ts";
import type { CallOptions } from "./keyed-store.ts";
import type { Scope } from "./scope.ts";

/**
 * An entry that can be put into any store as it is. It has no version: versions belong to the store that gave them
 * out.
 */
export interface PortableEntry {
  readonly scope: Scope;
  readonly entry: Omit<LongTermEntry, "version" | "expiresAt" | "agentId" | "workflowId">;
  /** Names the operation that made it, so that it is still recognised when it is sent again. */
  readonly opId?: string;
  /**
   * Absent: it was not made yet, the store makes none, or the text has several passages, whose vectors are made anew
   * where it is restored.
   */
  readonly vector?: Float32Array;
}

export interface PortableRequest {
  /** Default: of every tenant. */
  readonly tenantId?: string;
}

export interface RestoreOptions extends CallOptions {
  /** What to do about an entry that is there already. Default `"replace"`. */
  readonly ifExists?: "skip" | "replace";
  /** Whose vectors they are. Those of another embedder than the store's own are left and made anew. */
  readonly vectorsOf?: EmbedderFingerprint;
}

export interface Restored {
  readonly stored: number;
  /** Were there already, and stayed as they were. */
  readonly skipped: number;
}
