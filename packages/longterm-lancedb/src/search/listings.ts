import type { FullTextQuery, Occur, Query, VectorQuery } from "@lancedb/lancedb";
import { joinTerms } from "@mem/search";
import { candidateColumns, candidatesIn, type Wanted } from "./candidates.ts";
import type { LanceDb } from "../table/native-module.ts";
import type { Question } from "./question.ts";
import { RankedList, type Listing } from "./ranked-list.ts";
import type { Searched } from "./searched.ts";
import { all } from "../table/sql.ts";

/** Up to here comparing every vector is as fast as the index, and exact. */
const EXACT_VECTORS = 500;
/** So many of the index's partitions are looked at where every row counts, and more where few do: down to all. */
const FEWEST_PARTITIONS = 20;
const ALL_PARTITIONS = 100_000;
/** The index keeps four bits a dimension; so many of the nearest by those are compared again by their vectors. */
const REFINED = 42;
/** The nearest of few are far apart in the index. */
const REFINED_OF_FEW = 84;
/** And so many for each row of the list, where what is listed is the answer. */
const REFINED_PER_ROW = 3;

/** So many whole rows are read together, hidden ones among them. */
const ROWS_AT_ONCE = 64;

/** What is listed, and what is read of it. */
export interface Asked {
  readonly searched: Searched;
  readonly question: Question;
  readonly wanted: Wanted;
  /** SQL beside the scope's; `undefined`: all of the scope. */
  readonly pushed: string | undefined;
  /** How many rows are asked for first. */
  readonly first: number;
}

/** The rows with any of these terms, and with all that are required. */
export function listByWords(
  asked: Asked,
  { MatchQuery, BooleanQuery, Occur: Occurs, Operator }: LanceDb,
  listTerms: () => Promise<readonly string[]>,
  required: readonly string[],
): RankedList {
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
    return await list(asked, query, limit, "_score", (score) => score);
  });
}

/** The rows that are nearest to a vector. */
export function listByVector(asked: Asked, vector: Float32Array): RankedList {
  const { table, totals, needed, tableRows } = asked.searched;
  // Rows without a vector are never found by one.
  const condition = all(needed, asked.pushed);
  let rows: number | undefined = asked.pushed === undefined ? totals.rows : undefined;
  const first = asked.first + Math.min(totals.hidden, asked.first);
  return new RankedList(first, async (limit) => {
    rows ??= await table.countRows(condition);
    const refined = asked.pushed === undefined ? REFINED : REFINED_OF_FEW;
    const perRow = asked.question.byKeyword ? 1 : REFINED_PER_ROW;
    const share = rows / tableRows;
    const found = table.query().nearestTo(vector).column("vector").distanceType("cosine");
    const nearest = condition === "" ? found : found.where(condition);
    const query =
      rows <= EXACT_VECTORS
        ? nearest.bypassVectorIndex()
        : nearest
            .maximumNprobes(ALL_PARTITIONS)
            .minimumNprobes(Math.min(ALL_PARTITIONS, Math.ceil(FEWEST_PARTITIONS / share)))
            .refineFactor(Math.max(perRow, Math.ceil(refined / limit)));
    return await list(asked, query, limit, "_distance", (distance) => 1 - distance);
  });
}

async function list(
  { searched, question, wanted }: Asked,
  query: Query | VectorQuery,
  limit: number,
  column: "_score" | "_distance",
  toScore: (own: number) => number,
): Promise<Listing> {
  // Of a longer list most rows are not among the best.
  const rows = wanted.rows && limit <= ROWS_AT_ONCE;
  const columns = [...candidateColumns({ ...wanted, rows }), column];
  const result = await query.select(columns).withRowId().limit(limit).toArrow();
  const own = Array.from(result.getChild(column) ?? [], (each) => toScore(each as number));
  const listed = Array.from(candidatesIn(result, searched.slice), (read) => ({
    looked: question.look(read),
    score: own[read.row] ?? 0,
  }));
  return { listed, least: result.numRows < limit ? undefined : Math.min(...own) };
}
