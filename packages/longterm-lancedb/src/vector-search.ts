import type { Table, VectorQuery } from "@lancedb/lancedb";
import { candidateColumns, candidatesIn, type Candidate } from "./candidates.ts";
import { all, HAS_VECTOR, idIn } from "./sql.ts";

/** A candidate with the cosine of its vector and the question's. */
export interface VectorCandidate extends Candidate {
  readonly cosine: number;
}

export interface VectorRequest {
  /** SQL. */
  readonly scope: string;
  readonly vector: Float32Array;
  readonly limit: number;
  /** Whether every vector of the scope is compared, rather than those that the index takes for near. */
  readonly exact: boolean;
  readonly withMetadata: boolean;
}

/** Every partition, if need be: with few of them an index returns fewer rows of a small scope than there are. */
const FEWEST_PARTITIONS = 20;
const ALL_PARTITIONS = 100_000;
/** The index keeps four bits a dimension; the nearest by those are compared again by their vectors. */
const REFINED = 3;

/** The rows of the scope that are nearest to the vector. */
export async function searchByVector(
  table: Table,
  { scope, vector, limit, exact, withMetadata }: VectorRequest,
): Promise<VectorCandidate[]> {
  if (limit === 0) return [];
  const query = nearest(table, vector)
    .where(all(scope, HAS_VECTOR))
    .select([...candidateColumns(withMetadata), "_distance"])
    .limit(limit);
  const result = await (
    exact
      ? query.bypassVectorIndex()
      : query.minimumNprobes(FEWEST_PARTITIONS).maximumNprobes(ALL_PARTITIONS).refineFactor(REFINED)
  ).toArrow();
  const distances = result.getChild("_distance");
  return Array.from(candidatesIn(result), ([candidate, row]) => ({
    ...candidate,
    cosine: toCosine(distances?.get(row) as number),
  }));
}

/** The cosines of these rows; those without a vector have none. */
export async function cosinesOf(
  table: Table,
  vector: Float32Array,
  ids: readonly string[],
): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const rows: { id: string; _distance: number }[] = await nearest(table, vector)
    .where(all(idIn(ids), HAS_VECTOR))
    .select(["id", "_distance"])
    .limit(ids.length)
    .bypassVectorIndex()
    .toArray();
  return new Map(rows.map(({ id, _distance }) => [id, toCosine(_distance)]));
}

function nearest(table: Table, vector: Float32Array): VectorQuery {
  return table.query().nearestTo(vector).column("vector").distanceType("cosine");
}

/** Its distances are rounded to 32 bits and leave the range by as much. */
function toCosine(distance: number): number {
  return Math.max(-1, Math.min(1, 1 - distance));
}
