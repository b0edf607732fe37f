import type { Table as ArrowTable, RecordBatch } from "apache-arrow";
import { MemoryError } from "@mem/core";
import { cosine } from "@mem/search";
import { candidateColumns, candidatesIn, type Candidate } from "./candidates.ts";
import { conditionsOn } from "../table/row-queries.ts";
import { keyOfId } from "../table/row.ts";
import type { Searched } from "./searched.ts";
import { all, HAS_VECTOR } from "../table/sql.ts";

/** A candidate with the cosine of its vector and the question's. */
export interface VectorCandidate extends Candidate {
  readonly cosine: number;
}

/** Every partition, if need be: with few of them an index returns fewer rows of a small scope than there are. */
const FEWEST_PARTITIONS = 20;
const ALL_PARTITIONS = 100_000;
/** The index keeps four bits a dimension; the nearest by those are compared again by their vectors. */
const REFINED = 3;
/** Of more rows, the vectors are not in memory all together. */
const ROWS_AT_ONCE = 20_000;

/**
 * The entries that are nearest to the vector, or all where `limit` covers them. LanceDB only finds rows: its distances
 * are rounded to 32 bits, so that an entry would not score in the table as it does before it is there.
 */
export async function searchByVector(
  searched: Searched,
  vector: Float32Array,
  limit: number,
): Promise<VectorCandidate[]> {
  const { totals, unflushed } = searched;
  const isWhole = limit >= totals.documents;
  const near = await (isWhole
    ? compareRows(searched, vector)
    : nearestRows(searched, vector, limit));
  for (const candidate of unflushed) {
    const own = candidate.unflushed.entry.vector;
    if (own !== undefined) near.push({ ...candidate, cosine: cosine(vector, own) });
  }
  return isWhole ? near : near.toSorted((a, b) => b.cosine - a.cosine).slice(0, limit);
}

/** The cosines of these rows; those without a vector have none. */
export async function cosinesOf(
  searched: Searched,
  vector: Float32Array,
  ids: readonly string[],
): Promise<Map<string, number>> {
  const cosines = new Map<string, number>();
  for (const condition of conditionsOn(ids)) {
    const result = await searched.table
      .query()
      .where(all(condition, HAS_VECTOR))
      .select(["id", "vector"])
      .toArrow();
    for (const row of compared(result, searched, vector)) cosines.set(row.id, row.cosine);
  }
  return cosines;
}

async function compareRows(searched: Searched, vector: Float32Array): Promise<VectorCandidate[]> {
  const { table, condition, totals, withMetadata } = searched;
  if (totals.rows === 0) return [];
  const query = table
    .query()
    .where(all(condition, HAS_VECTOR))
    .select([...candidateColumns(withMetadata), "vector"]);
  if (totals.rows <= ROWS_AT_ONCE) return [...compared(await query.toArrow(), searched, vector)];
  const found: VectorCandidate[] = [];
  for await (const batch of query) found.push(...compared(batch, searched, vector));
  return found;
}

async function nearestRows(
  searched: Searched,
  vector: Float32Array,
  limit: number,
): Promise<VectorCandidate[]> {
  const { table, condition, totals, withMetadata } = searched;
  // Rows that count no more take places, most often none.
  for (let asked = limit + Math.min(totals.hidden, limit); ; asked *= 4) {
    const result = await table
      .query()
      .nearestTo(vector)
      .column("vector")
      .distanceType("cosine")
      .where(all(condition, HAS_VECTOR))
      .select([...candidateColumns(withMetadata), "vector", "_distance"])
      .limit(asked)
      .minimumNprobes(FEWEST_PARTITIONS)
      .maximumNprobes(ALL_PARTITIONS)
      .refineFactor(REFINED)
      .toArrow();
    const near = [...compared(result, searched, vector)];
    if (near.length >= limit || result.numRows < asked) return near;
  }
}

/** The candidates in a result with a column of vectors, compared with the question's. */
function* compared(
  result: ArrowTable | RecordBatch,
  { slice }: Searched,
  vector: Float32Array,
): Generator<VectorCandidate> {
  const vectors = vectorsIn(result, vector.length);
  for (const [candidate, row] of candidatesIn(result, slice)) {
    const own = cosine(vector, vectors[row] ?? new Float32Array());
    // Only finite numbers are ever stored.
    if (Number.isNaN(own)) throw damagedVector(candidate.id);
    yield { ...candidate, cosine: own };
  }
}

/** Views of the column's own memory: taking it apart by Arrow's accessors takes longer than comparing. */
function vectorsIn(result: ArrowTable | RecordBatch, dimensions: number): Float32Array[] {
  const vectors: Float32Array[] = [];
  for (const { length, children } of result.getChild("vector")?.data ?? []) {
    const values = children[0]?.values as Float32Array;
    for (let row = 0; row < length; row++) {
      vectors.push(values.subarray(row * dimensions, (row + 1) * dimensions));
    }
  }
  return vectors;
}

export function damagedVector(id: string): MemoryError {
  return new MemoryError(
    "MEM_CORRUPT",
    `the vector of the entry ${JSON.stringify(keyOfId(id))} was damaged on disk; save the entry again, or restore a backup`,
  );
}
