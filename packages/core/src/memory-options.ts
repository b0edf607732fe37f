import type { NamesOf } from "./checks.ts";
import type { Sequence } from "./entry.ts";
import type { Filter } from "./filter.ts";
import type { JsonInput } from "./json.ts";
import type { MemoryType, WritableType } from "./memory-type.ts";
import type { StandardSchema } from "./standard-schema.ts";

/** Options of a call that takes nothing but a signal. */
export interface AbortOptions {
  readonly signal?: AbortSignal;
}

export const ABORT_OPTIONS: NamesOf<AbortOptions> = { signal: true };

interface WriteOptions {
  /** Facts about the entry to filter by: a plain JSON object. */
  readonly metadata?: { readonly [key: string]: JsonInput };
  /** The person the entry is about, so that everything about them can be found and erased. */
  readonly subject?: string;
  /** Store only if this is the current version; otherwise resolve to `false`. */
  readonly ifVersion?: string;
  /** Store only if there is no entry; otherwise resolve to `false`. */
  readonly ifAbsent?: boolean;
  /** Names the operation, so that sending it twice takes effect once. */
  readonly opId?: string;
  readonly signal?: AbortSignal;
}

export interface ShortTermSaveOptions extends WriteOptions {
  readonly memoryType?: "short_term";
  /**
   * TTL in seconds; `null`: never expires; `"keep"`: the remaining TTL of the entry that this replaces. Default: the
   * manager's `shortTermTtl`; in a session, the lifetime of the session.
   */
  readonly ttl?: number | "keep" | null;
  readonly text?: never;
  readonly sequence?: never;
  readonly ifNew?: never;
}

export interface LongTermSaveOptions extends WriteOptions {
  readonly memoryType: "long_term";
  /** Long-term memory does not expire. */
  readonly ttl?: never;
  /** The text to index for search. Default: the words and numbers in the value, with the names of its properties. */
  readonly text?: string;
  /** The entry's place in a sequence; in a search, entries borrow score from their neighbours in it. */
  readonly sequence?: Sequence;
  /**
   * Store only new content: resolve to `false` if any entry of the same agent (in the same workflow), under any key,
   * has the same value and text. Of several concurrent saves of the same content, one is stored.
   */
  readonly ifNew?: boolean;
}

export type SaveOptions = ShortTermSaveOptions | LongTermSaveOptions;

export const SAVE_OPTIONS: NamesOf<SaveOptions> = {
  memoryType: true,
  ttl: true,
  metadata: true,
  text: true,
  sequence: true,
  subject: true,
  ifVersion: true,
  ifAbsent: true,
  ifNew: true,
  opId: true,
  signal: true,
};

export interface ReadOptions {
  /** Default `"short_term"`. */
  readonly memoryType?: MemoryType;
  /** Read the state at this time (milliseconds since 1970); rejects with `MEM_UNSUPPORTED` if there is no history. */
  readonly asOf?: number;
  readonly signal?: AbortSignal;
}

export const READ_OPTIONS: NamesOf<ReadOptions> = { memoryType: true, asOf: true, signal: true };

/** For reading a single value, which has to match the schema. */
export interface SchemaReadOptions extends ReadOptions {
  readonly schema?: StandardSchema;
}

export const SCHEMA_READ_OPTIONS: NamesOf<SchemaReadOptions> = { ...READ_OPTIONS, schema: true };

export interface WritableOptions {
  /** Default `"short_term"`. */
  readonly memoryType?: WritableType;
  readonly signal?: AbortSignal;
}

export const WRITABLE_OPTIONS: NamesOf<WritableOptions> = { memoryType: true, signal: true };

export interface IncrementOptions {
  /** Only short-term memory has counters. */
  readonly memoryType?: "short_term";
  /**
   * TTL of a new counter in seconds; `null`: never expires. An existing counter keeps its TTL. Default: the manager's
   * `shortTermTtl`; in a session, the lifetime of the session.
   */
  readonly ttl?: number | null;
  /** Names the operation, so that sending it twice counts once. */
  readonly opId?: string;
  readonly signal?: AbortSignal;
}

export const INCREMENT_OPTIONS: NamesOf<IncrementOptions> = {
  memoryType: true,
  ttl: true,
  opId: true,
  signal: true,
};

export interface DeleteOptions extends WritableOptions {
  /** Delete only if this is the current version. */
  readonly ifVersion?: string;
}

export const DELETE_OPTIONS: NamesOf<DeleteOptions> = { ...WRITABLE_OPTIONS, ifVersion: true };

export interface ListOptions {
  /** Default `"short_term"`. */
  readonly memoryType?: MemoryType;
  readonly prefix?: string;
  readonly filter?: Filter;
  /** The maximum number of entries that iterating yields. Default: all. */
  readonly limit?: number;
  /** How many to fetch at a time, 1 to 1,000. Default 100. */
  readonly pageSize?: number;
  readonly signal?: AbortSignal;
}

export const LIST_OPTIONS: NamesOf<ListOptions> = {
  memoryType: true,
  prefix: true,
  filter: true,
  limit: true,
  pageSize: true,
  signal: true,
};

export interface RevisionOptions {
  /** The maximum number of revisions that iterating yields. Default: all. */
  readonly limit?: number;
  /** How many to fetch at a time, 1 to 1,000. Default 100. */
  readonly pageSize?: number;
  readonly signal?: AbortSignal;
}

export const REVISION_OPTIONS: NamesOf<RevisionOptions> = {
  limit: true,
  pageSize: true,
  signal: true,
};
