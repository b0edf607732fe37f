import type { LongTermWrite, Scope } from "@mem/core";

/** What the table has of an entry: what judging a condition, counting and replacing it have to know. */
export interface StoredFacts {
  readonly version: string;
  readonly opId: string | null;
  readonly createdAt: number;
  /** Of its text, in terms. */
  readonly length: number;
}

/** An entry as the log says it is, while the table does not say so yet. It is never altered, only replaced. */
export interface UnflushedEntry {
  readonly write: LongTermWrite;
  /** Where the log says it. */
  readonly version: string;
  /** In milliseconds since 1970; `undefined`: that of the entry in the table, if there is one, else `firstSavedAt`. */
  readonly createdAt: number | undefined;
  /** When it was saved first of the times that the table has not seen. Absent: this is the first. */
  readonly firstSavedAt?: number;
  readonly updatedAt: number;
  /** Made already, or restored with the entry. */
  vector?: Float32Array;
  /** The vectors of the passages of a long text, as the table keeps them; only beside `vector`. */
  passages?: Uint8Array;
  /** Of its text, as soon as somebody needed them. */
  terms?: readonly string[];
}

/** A place in memory whose entry was saved or deleted since the table was written. */
export interface ChangedEntry {
  /** As in the table: see `rowId`. */
  readonly id: string;
  readonly scope: Scope;
  readonly key: string;
  /** Absent: deleted. */
  entry: UnflushedEntry | undefined;
  /** Of the change that made it so. */
  position: string;
  /** Not after the first of the changes that made it so and that the table has not. */
  readonly since: string;
  /** Roughly what it takes in memory. */
  bytes: number;
  /** What the table has there; `null`: nothing; `undefined`: nobody has looked yet. See `View.learn`. */
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

/** When an entry was first saved. What the table has there must have been learned. */
export function createdAtOf({ stored }: ChangedEntry, entry: UnflushedEntry): number {
  return entry.createdAt ?? stored?.createdAt ?? entry.firstSavedAt ?? entry.updatedAt;
}
