import type { Table as ArrowTable, RecordBatch } from "apache-arrow";
import type { JsonObject } from "@mem/core";
import type { ChangedEntry, UnflushedEntry } from "../log/changed-entry.ts";
import type { Slice } from "../log/overlay.ts";
import { parseMetadata } from "../table/row-conversion.ts";

/** What a search looks at: what is needed to score it, and nothing else. */
export interface Candidate {
  readonly id: string;
  readonly sequence: string | null;
  readonly position: number | null;
  /** As it is kept; read only where there is a filter. */
  readonly metadata: string | JsonObject | null;
  /** Absent: it is a row of the table. */
  readonly unflushed?: Unflushed;
}

/** An entry that the table does not have yet. */
export interface Unflushed {
  readonly changed: ChangedEntry;
  readonly entry: UnflushedEntry;
}

/** One that is an entry of the overlay. */
export interface UnflushedCandidate extends Candidate {
  readonly unflushed: Unflushed;
}

/** The columns of candidates. */
export function candidateColumns(withMetadata: boolean): string[] {
  return ["id", "sequence", "position", ...(withMetadata ? ["metadata"] : [])];
}

/**
 * The candidates in a result, read column by column: a result may have as many rows as the scope. Rows that the
 * overlay replaced or deleted are none.
 */
export function* candidatesIn(
  result: ArrowTable | RecordBatch,
  { entries }: Slice,
): Generator<readonly [Candidate, row: number]> {
  const ids = result.getChild("id");
  const sequences = result.getChild("sequence");
  const positions = result.getChild("position");
  const metadata = result.getChild("metadata");
  for (let row = 0; row < result.numRows; row++) {
    const id = ids?.get(row) as string;
    if (entries.has(id)) continue;
    const candidate: Candidate = {
      id,
      sequence: (sequences?.get(row) ?? null) as string | null,
      position: (positions?.get(row) ?? null) as number | null,
      metadata: (metadata?.get(row) ?? null) as string | null,
    };
    yield [candidate, row];
  }
}

/** The candidates in the overlay's part of a search. */
export function unflushedCandidates({ entries }: Slice): UnflushedCandidate[] {
  const candidates: UnflushedCandidate[] = [];
  for (const [id, { changed, entry }] of entries) {
    if (entry === undefined) continue;
    const { sequence, metadata } = entry.write;
    candidates.push({
      id,
      sequence: sequence?.id ?? null,
      position: sequence?.position ?? null,
      metadata: metadata ?? null,
      unflushed: { changed, entry },
    });
  }
  return candidates;
}

export function metadataOf({ metadata }: Candidate): JsonObject | undefined {
  return typeof metadata === "string" ? parseMetadata(metadata) : (metadata ?? undefined);
}
