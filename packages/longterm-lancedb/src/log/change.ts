import {
  MemoryError,
  parseJson,
  type EmbedderFingerprint,
  type LongTermWrite,
  type Removal,
  type Scope,
  type WorkflowRef,
} from "@mem/core";
import type { HistoryState } from "../table/base-file.ts";

/** Stores each write whose condition holds at its position in the log. */
export interface Saving {
  readonly kind: "save";
  /** In milliseconds since 1970. */
  readonly at: number;
  readonly scope: Scope;
  readonly writes: readonly LongTermWrite[];
}

/** Deletes each entry whose condition holds at its position in the log. */
export interface Removing {
  readonly kind: "delete";
  readonly at: number;
  readonly scope: Scope;
  readonly removals: readonly Removal[];
}

/** Deletes everything in exactly this scope. */
export interface Clearing {
  readonly kind: "clear";
  readonly at: number;
  readonly scope: Scope;
}

/** Deletes everything in every scope of a workflow. */
export interface ClearingWorkflow {
  readonly kind: "clear-workflow";
  readonly at: number;
  readonly workflow: WorkflowRef;
}

/** An entry to put back, with its original times. */
export interface RestoredEntry {
  readonly scope: Scope;
  readonly write: LongTermWrite;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Vector of the whole text. */
  readonly vector?: Float32Array;
}

/** Puts entries back as they were. */
export interface Restoring {
  readonly kind: "restore";
  readonly at: number;
  /** Leaves existing entries as they are. */
  readonly onlyAbsent: boolean;
  /** The embedder that made the entries' vectors; they are used as long as it is the store's embedder. */
  readonly vectorsOf?: EmbedderFingerprint;
  readonly entries: readonly RestoredEntry[];
}

/** Tells every process that the tables contain everything in the log before `watermark`. */
export interface Flushed {
  readonly kind: "flushed";
  /** Version of the table of entries. */
  readonly version: number;
  readonly watermark: string;
  readonly history?: HistoryState;
  /** As in `BaseState`. */
  readonly embedder?: EmbedderFingerprint;
}

export type Change = Saving | Removing | Clearing | ClearingWorkflow | Restoring | Flushed;

export function isClearing(change: Change): change is Clearing | ClearingWorkflow {
  return change.kind === "clear" || change.kind === "clear-workflow";
}

/** A change as one line of text. */
export function encodeChange(change: Change): string {
  if (change.kind !== "restore") return JSON.stringify(change);
  const entries = change.entries.map(({ vector, ...entry }) =>
    vector === undefined ? entry : { ...entry, vector: encodeVector(vector) },
  );
  return JSON.stringify({ ...change, entries });
}

/** Throws `MEM_FORMAT` for a change that only a later release knows. */
export function decodeChange(payload: string): Change {
  const change = parseJson(payload) as Change;
  switch (change.kind) {
    case "save":
    case "delete":
    case "clear":
    case "clear-workflow":
    case "flushed":
      return change;
    case "restore":
      return { ...change, entries: change.entries.map(withVector) };
    default: {
      const { kind } = change as { kind: unknown };
      throw new MemoryError(
        "MEM_FORMAT",
        `the log holds a change of the kind ${JSON.stringify(kind)}, which this release of @mem/longterm-lancedb does not know; update the package`,
      );
    }
  }
}

function withVector(entry: RestoredEntry): RestoredEntry {
  const vector = entry.vector as unknown as string | undefined;
  return vector === undefined ? entry : { ...entry, vector: decodeVector(vector) };
}

function encodeVector({ buffer, byteOffset, byteLength }: Float32Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}

function decodeVector(text: string): Float32Array {
  // Copied, because a small buffer of Node's may be unaligned in its pool.
  const bytes = new Uint8Array(Buffer.from(text, "base64"));
  return new Float32Array(bytes.buffer);
}
