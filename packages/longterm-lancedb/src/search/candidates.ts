import type { Table as ArrowTable, RecordBatch, Vector } from "apache-arrow";
import type { JsonObject } from "@mem/core";
import { splitTerms } from "@mem/search";
import type { ChangedEntry, UnflushedEntry } from "../log/changed-entry.ts";
import type { Slice } from "../log/overlay.ts";
import { metadataIn } from "../table/packed-row.ts";
import { parseMetadata } from "../table/row-conversion.ts";
import type { TakenRow } from "../table/row-queries.ts";
import { PACKED_COLUMNS } from "../table/row.ts";

/** What a search looks at: only what is needed to score it and to choose it. */
export interface Candidate {
  readonly id: string;
  /** Absent: it is an entry of the overlay. */
  readonly rowId?: bigint;
  readonly unflushed?: Unflushed;
  /** Its whole row, if that was read at once. */
  readonly row?: TakenRow;
  /** Read only if neighbours lend score. */
  readonly sequence: string | null;
  readonly position: number | null;
  /** As stored. Read only if there is a filter; if the whole row was read, it is in `row` instead. */
  readonly metadata: string | JsonObject | null;
  /** Read only if age counts. */
  readonly updatedAt: number;
}

/** A candidate with the data that it is scored by, as far as that was read. */
export interface ReadCandidate {
  readonly candidate: Candidate;
  /** Terms of its text. */
  readonly terms?: readonly string[];
  readonly vector?: Float32Array;
  /** The vectors of the passages of a long text, as stored. */
  readonly passages?: Uint8Array;
}

/** An entry that the table does not have yet. */
export interface Unflushed {
  readonly changed: ChangedEntry;
  readonly entry: UnflushedEntry;
}

/** What is read of candidates. */
export interface Wanted {
  readonly places: boolean;
  readonly metadata: boolean;
  readonly time: boolean;
  readonly terms: boolean;
  readonly vectors: boolean;
  /** In addition to the vectors, those of the passages of long texts. */
  readonly passages: boolean;
  /** Whole rows: for few candidates, faster than another read for the best. */
  readonly rows: boolean;
}

/** The columns of candidates. Queries also need `withRowId`. */
export function candidateColumns(wanted: Wanted): string[] {
  const { places, metadata, time, terms, vectors, passages, rows } = wanted;
  const columns = [
    "_rowid",
    "id",
    ...(places ? ["sequence", "position"] : []),
    ...(metadata && !rows ? ["metadata"] : []),
    ...(time ? ["updated_at"] : []),
    ...(terms ? ["terms"] : []),
    ...(vectors ? ["vector"] : []),
    ...(vectors && passages ? ["passage_vectors"] : []),
    ...(rows ? PACKED_COLUMNS : []),
    ...(rows && vectors ? ["vector_hash"] : []),
  ];
  return [...new Set(columns)];
}

/**
 * The candidates in a result, read column by column, because a result may have as many rows as the scope. Leaves out
 * rows that the overlay replaced or deleted.
 */
export function* candidatesIn(
  result: ArrowTable | RecordBatch,
  { entries }: Slice,
): Generator<ReadCandidate & { readonly row: number }> {
  const column = (name: string): Vector | null => result.getChild(name);
  const [rowIds, ids, sequences, positions] = ["_rowid", "id", "sequence", "position"].map(column);
  const [metadata, times, terms] = ["metadata", "updated_at", "terms"].map(column);
  const [vectors, passages, hashes] = ["vector", "passage_vectors", "vector_hash"].map(column);
  const packed = column("entry");
  const views = vectors && viewsOf(vectors);
  for (let row = 0; row < result.numRows; row++) {
    const id = ids?.get(row) as string;
    if (entries.has(id)) continue;
    const vector = views?.[row];
    const ofPassages = passages?.get(row) as Uint8Array | null | undefined;
    const whole = packed && {
      id,
      entry: packed.get(row) as string,
      vector: vector ?? null,
      passage_vectors: ofPassages ?? null,
      vector_hash: (hashes?.get(row) ?? null) as string | null,
    };
    const candidate: Candidate = {
      id,
      rowId: rowIds?.get(row) as bigint,
      sequence: (sequences?.get(row) ?? null) as string | null,
      position: (positions?.get(row) ?? null) as number | null,
      metadata: (metadata?.get(row) ?? null) as string | null,
      updatedAt: (times?.get(row) ?? 0) as number,
      ...(whole && { row: whole }),
    };
    yield {
      row,
      candidate,
      ...(terms && { terms: splitTerms(terms.get(row) as string) }),
      ...(vector && { vector }),
      ...(ofPassages && { passages: ofPassages }),
    };
  }
}

/** The candidates in the overlay's part of a search, whose texts have been analyzed. */
export function unflushedCandidates({ entries }: Slice): ReadCandidate[] {
  const candidates: ReadCandidate[] = [];
  for (const [id, { changed, entry }] of entries) {
    if (entry === undefined) continue;
    const { sequence, metadata } = entry.write;
    const candidate: Candidate = {
      id,
      unflushed: { changed, entry },
      sequence: sequence?.id ?? null,
      position: sequence?.position ?? null,
      metadata: metadata ?? null,
      updatedAt: entry.updatedAt,
    };
    candidates.push({
      candidate,
      ...(entry.terms && { terms: entry.terms }),
      ...(entry.vector && { vector: entry.vector }),
      ...(entry.passages && { passages: entry.passages }),
    });
  }
  return candidates;
}

export function metadataOf({ metadata, row }: Candidate): JsonObject | undefined {
  if (row !== undefined) return metadataIn(row.entry);
  return typeof metadata === "string" ? parseMetadata(metadata) : (metadata ?? undefined);
}

/** Views of the column's own memory: Arrow's accessors take longer than the comparison. */
function viewsOf(column: Vector): (Float32Array | undefined)[] {
  const views: (Float32Array | undefined)[] = [];
  for (const data of column.data) {
    const values = data.children[0]?.values as Float32Array;
    const { listSize } = data.type as { listSize: number };
    for (let row = 0; row < data.length; row++) {
      const isThere = data.getValid(row);
      views.push(isThere ? values.subarray(row * listSize, (row + 1) * listSize) : undefined);
    }
  }
  return views;
}
