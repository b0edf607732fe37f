import type { Table } from "@lancedb/lancedb";
import type { EmbedderFingerprint, MemoryError } from "@mem/core";
import type { ChangedEntry } from "../log/changed-entry.ts";
import type { EntryCache } from "./entry-cache.ts";
import type { Overlay } from "../log/overlay.ts";

/**
 * What a read sees: the table as it was written last, and all that was accepted since.
 *
 * The overlay goes on changing while a read awaits something. So a read takes its part of it, by `find` or as a
 * `Slice`, before it awaits anything, and goes on with that.
 */
export interface View {
  /** At the version that belongs to the overlay, and stays there. */
  readonly table: Table;
  readonly version: number;
  readonly overlay: Overlay;
  readonly cache: EntryCache;
  /** Why the table's vectors can't be compared with those of an embedder; `undefined`: they can. */
  refusalOf(embedder: EmbedderFingerprint): Promise<MemoryError | undefined>;
  /** Looks up what the table has of these, where that is not known yet. */
  learn(changes: Iterable<ChangedEntry>): Promise<void>;
}

/** Runs a read on the present state: everything that any process has acknowledged before is in it. */
export type Read = <T>(query: (view: View) => Promise<T>) => Promise<T>;
