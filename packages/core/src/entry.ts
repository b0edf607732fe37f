import type { JsonObject, JsonValue } from "./json.ts";

/** How an entry came to be; set by the library, never by the caller. */
export type EntrySource = "agent" | "document" | "message" | "promotion";

/** The place of an entry in a sequence: a message in its conversation, a passage in its document. */
export interface Sequence {
  readonly id: string;
  /** Any finite number; neighbours are those next to it in ascending order. */
  readonly position: number;
}

/** An entry, as every kind of memory keeps it. Times are in milliseconds since 1970. */
export interface Entry<T = JsonValue> {
  readonly key: string;
  readonly value: T;
  /** Opaque; every write makes a new one, and none is used again. */
  readonly version: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Absent if it never expires. */
  readonly expiresAt?: number;
  readonly metadata?: JsonObject;
  /** The person it is about. */
  readonly subject?: string;
  readonly source: EntrySource;
  /** What it was made from: the id of a document, or an entry as `tenant:workflow:agent:key`, parts percent-encoded. */
  readonly derivedFrom?: readonly string[];
}

/** An entry of long-term memory or of the knowledge. */
export interface LongTermEntry<T = JsonValue> extends Entry<T> {
  readonly agentId?: string;
  readonly workflowId?: string;
  /** The text that is indexed for search. */
  readonly text: string;
  readonly sequence?: Sequence;
}

/** Where an entry lives within its tenant. */
export interface EntryPlace {
  readonly agentId?: string;
  readonly workflowId?: string;
  readonly key: string;
}

/** A write as a backend receives it: complete, checked, and the backend's to keep. */
export interface Write {
  readonly key: string;
  readonly value: JsonValue;
  readonly metadata?: JsonObject;
  readonly subject?: string;
  readonly source: EntrySource;
  readonly derivedFrom?: readonly string[];
  /** Store only if this is the current version. */
  readonly ifVersion?: string;
  /** Store only if there is no entry. */
  readonly ifAbsent?: boolean;
  /**
   * Names the operation. If a write with this `opId` made the current entry, it is answered as it was then and changes
   * nothing.
   */
  readonly opId?: string;
}

/** `stored` is `false` only if the write's own condition was not met; `version` is then the current one, if any. */
export type WriteResult =
  | { readonly stored: true; readonly version: string }
  | { readonly stored: false; readonly version?: string };

/** A removal, optionally of one version only. */
export interface Removal {
  readonly key: string;
  readonly ifVersion?: string;
}
