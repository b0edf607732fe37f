import type { LongTermEntry } from "./entry.ts";

/** One state that an entry was in. */
export interface Revision {
  /** The entry's version then; a removal has one of its own. */
  readonly version: string;
  /** Since when, in milliseconds since 1970. */
  readonly at: number;
  /** Absent: it was deleted. */
  readonly entry?: LongTermEntry;
}

export interface HistoryRequest {
  /** At most this many revisions, 1 or more. A page may hold fewer and still have a `cursor`. */
  readonly limit: number;
  /** Where the last page ended. Opaque; foreign ones are refused with `MEM_INVALID_ARGUMENT`. */
  readonly cursor?: string;
}
