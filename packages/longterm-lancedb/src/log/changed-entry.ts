import type { LongTermWrite, Scope } from "@mem/core";

/** What the table has of an entry, as far as it is needed to judge a condition, to count it and to replace it. */
export interface StoredFacts {
  readonly version: string;
  readonly opId: string | null;
  readonly createdAt: number;
  /** Length of its text, in terms. */
  readonly length: number;
}

/** An entry that the table does not have yet. It is replaced, never altered, but vectors and terms are filled in. */
export interface UnflushedEntry {
  readonly write: LongTermWrite;
  /** Its position in the log, and within its frame. */
  readonly version: string;
  /** In ms since 1970. `undefined`: that of the entry in the table if there is one, otherwise `firstSavedAt`. */
  readonly createdAt: number | undefined;
  /** The time of the first save that the table does not have yet. Absent: this save is the first. */
  readonly firstSavedAt?: number;
  readonly updatedAt: number;
  /** Present once it has been made, or if it was restored with the entry. */
  vector?: Float32Array;
  /** The vectors of the passages of a long text, as the table stores them; only together with `vector`. */
  passages?: Uint8Array;
  /** Terms of its text; present once they have been needed. */
  terms?: readonly string[];
}

/** A key of a scope whose entry was saved or deleted since the last flush. */
export interface ChangedEntry {
  /** As in the table: see `rowId`. */
  readonly id: string;
  readonly scope: Scope;
  readonly key: string;
  /** Absent: deleted. */
  entry: UnflushedEntry | undefined;
  /** Position of the latest change. */
  position: string;
  /** A position not after the first change that the table does not have. */
  readonly since: string;
  /** Roughly what it takes in memory. */
  bytes: number;
  /** What the table has for this id; `null`: nothing; `undefined`: not looked up yet. See `View.learn`. */
  stored: StoredFacts | null | undefined;
}

/** Gives an entry the vectors of its text. */
export function setVectors(
  entry: UnflushedEntry,
  { vector, passages }: Required<Pick<UnflushedEntry, "vector">> & Pick<UnflushedEntry, "passages">,
): void {
  entry.vector = vector;
  if (passages === undefined) delete entry.passages;
  else entry.passages = passages;
}

/** When an entry was first saved. Unless the entry has a `createdAt`, `stored` must be known. */
export function createdAtOf({ stored }: ChangedEntry, entry: UnflushedEntry): number {
  return entry.createdAt ?? stored?.createdAt ?? entry.firstSavedAt ?? entry.updatedAt;
}
