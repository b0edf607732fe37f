import type { Table } from "@lancedb/lancedb";
import type { EmbedderFingerprint, MemoryError } from "@mem/core";
import type { ChangedEntry } from "../log/changed-entry.ts";
import type { EntryCache } from "./entry-cache.ts";
import type { Overlay } from "../log/overlay.ts";

/**
 * What a read sees: the table as of the last flush, and all changes accepted since.
 *
 * The overlay keeps changing while a read awaits something. So a read takes its part of the overlay, by `find` or as a
 * `Slice`, before its first `await`, and continues with that.
 */
export interface View {
  /** At the version that belongs to the overlay; it stays at that version. */
  readonly table: Table;
  readonly version: number;
  readonly overlay: Overlay;
  readonly cache: EntryCache;
  /** Why the table's vectors can't be compared with those of an embedder; `undefined`: they can. */
  refusalOf(embedder: EmbedderFingerprint): Promise<MemoryError | undefined>;
  /** Looks up what the table has for these changes, unless that is known already. */
  learn(changes: Iterable<ChangedEntry>): Promise<void>;
}

/** Runs a read on the current state, which includes everything that any process has acknowledged before. */
export type Read = <T>(query: (view: View) => Promise<T>) => Promise<T>;
