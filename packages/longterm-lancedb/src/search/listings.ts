import type { FullTextQuery, Occur, Query, Table, VectorQuery } from "@lancedb/lancedb";
import { joinTerms } from "@mem/search";
import type { Table as ArrowTable } from "apache-arrow";
import type { LanceDb } from "../table/native-module.ts";
import { RememberedAnswers } from "../reading/remembered-answers.ts";
import { RankedList, type Listing } from "./ranked-list.ts";
import type { Searched } from "./searched.ts";
import { all } from "../table/sql.ts";

/** Up to this many rows, comparing every vector is as fast as the index, and exact. */
const EXACT_VECTORS = 500;
/** How many partitions of the index are probed if every row counts; the fewer rows count, the more, up to all. */
const FEWEST_PARTITIONS = 20;
const ALL_PARTITIONS = 100_000;
/** The index keeps four bits per dimension; this many of the nearest by those are compared again by their vectors. */
const REFINED = 42;
/** The same with a pushed filter: the nearest of few rows are far apart in the index. */
const REFINED_OF_FEW = 84;
/** And at least this many for each row of the list, if the list is the answer. */
const REFINED_PER_ROW = 3;

/** What to list. */
export interface Asked<T> {
  readonly searched: Searched;
  /** SQL in addition to the scope's; `undefined`: the whole scope. */
  readonly pushed: string | undefined;
  /** How many rows are asked for first. */
  readonly first: number;
  readonly reading: Reading<T>;
}

/** What is read of the listed rows. */
export interface Reading<T> {
  readonly columns: (limit: number) => readonly string[];
  /** `scores`: LanceDB's own score of each row. */
  readonly read: (result: ArrowTable, scores: readonly number[]) => readonly T[];
  /** Whether the nearest by the index are compared again by their vectors. */
  readonly isRefined: boolean;
}

/** Lists the rows that have any of these terms, and all that are required. */
export function listByWords<T>(
  asked: Asked<T>,
  { MatchQuery, BooleanQuery, Occur: Occurs, Operator }: LanceDb,
  listTerms: () => Promise<readonly string[]>,
  required: readonly string[],
): RankedList<T> {
  const { table, needed } = asked.searched;
  const condition = all(needed, asked.pushed);
  const every = new MatchQuery(joinTerms(required), "terms", { operator: Operator.And });
  return new RankedList(asked.first, async (limit) => {
    const terms = await listTerms();
    if (terms.length === 0) return { listed: [], least: undefined };
    const any = new MatchQuery(joinTerms(terms), "terms");
    const both: [Occur, FullTextQuery][] = [
      [Occurs.Must, every],
      [Occurs.Should, any],
    ];
    const found = table
      .query()
      .fullTextSearch(required.length === 0 ? any : new BooleanQuery(both));
    const query = condition === "" ? found : found.where(condition);
    return await list(asked.reading, query, limit, "_score", (score) => score);
  });
}

/** Lists the rows that are nearest to a vector, with their cosines. */
export function listByVector<T>(asked: Asked<T>, vector: Float32Array): RankedList<T> {
  const { pushed, reading } = asked;
  const { table, totals, needed, tableRows } = asked.searched;
  // A search by vector never finds rows without one: they need no condition.
  const condition = all(needed, pushed);
  let rows: number | undefined = pushed === undefined ? totals.rows : undefined;
  const first = asked.first + Math.min(totals.hidden, asked.first);
  return new RankedList(first, async (limit) => {
    rows ??= await table.countRows(condition);
    const found = table.query().nearestTo(vector).column("vector").distanceType("cosine");
    const nearest = condition === "" ? found : found.where(condition);
    if (rows <= EXACT_VECTORS) {
      const exact = nearest.bypassVectorIndex();
      return await list(reading, exact, limit, "_distance", (distance) => 1 - distance);
    }
    const query = nearest
      .maximumNprobes(ALL_PARTITIONS)
      .minimumNprobes(Math.min(ALL_PARTITIONS, Math.ceil((FEWEST_PARTITIONS * tableRows) / rows)));
    if (reading.isRefined) {
      const refined = pushed === undefined ? REFINED : REFINED_OF_FEW;
      query.refineFactor(Math.max(REFINED_PER_ROW, Math.ceil(refined / limit)));
    }
    const isSquared = !reading.isRefined && (await isIndexed.of(table, "true"));
    const toCosine = (distance: number): number => 1 - distance / (isSquared ? 2 : 1);
    return await list(reading, query, limit, "_distance", toCosine);
  });
}

/**
 * Whether the index has every vector. If so, LanceDB returns the squared distances of its codes, which are twice the
 * cosine distances; as soon as it also has to compare vectors, it returns the cosine distance of all rows.
 */
const isIndexed = new RememberedAnswers(async (table: Table) => {
  const index = await table.indexStats("vector_idx");
  return index?.numUnindexedRows === 0;
});

async function list<T>(
  { columns, read }: Reading<T>,
  query: Query | VectorQuery,
  limit: number,
  own: "_score" | "_distance",
  toScore: (own: number) => number,
): Promise<Listing<T>> {
  const selected = [...columns(limit), own];
  const result = await query.select(selected).withRowId().limit(limit).toArrow();
  const scores = Array.from(result.getChild(own) ?? [], (each) => toScore(each as number));
  // Not spread into `Math.min`: there may be more scores than a call can take arguments.
  const least = result.numRows < limit ? undefined : scores.reduce((a, b) => Math.min(a, b));
  return { listed: read(result, scores), least };
}
