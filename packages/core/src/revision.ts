import type { LongTermEntry } from "./entry.ts";

/** One state in an entry's history. */
export interface Revision {
  /** The entry's version at that time; a deletion has a version of its own. */
  readonly version: string;
  /** When this state began, in milliseconds since 1970. */
  readonly at: number;
  /** Absent if the entry was deleted. */
  readonly entry?: LongTermEntry;
}

export interface HistoryRequest {
  /** The maximum number of revisions, 1 or more. A page may hold fewer and still have a `cursor`. */
  readonly limit: number;
  /** The `cursor` of the previous page. Opaque; any other string is refused with `MEM_INVALID_ARGUMENT`. */
  readonly cursor?: string;
}
