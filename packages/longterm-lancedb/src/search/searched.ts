import type { Table } from "@lancedb/lancedb";
import type { SearchScope } from "@mem/core";
import { unflushedCandidates, type ReadCandidate } from "./candidates.ts";
import type { Slice } from "../log/overlay.ts";
import type { ScopeStatistics, VisibleTotals } from "./scope-statistics.ts";
import { RememberedAnswers } from "../reading/remembered-answers.ts";
import { all, HAS_PASSAGES, IN_SEQUENCE, inSearchScope, notCleared } from "../table/sql.ts";
import type { View } from "../reading/view.ts";

/** All that one search looks at: rows of the table, and the overlay's entries that replace rows or add to them. */
export interface Searched {
  readonly table: Table;
  /** SQL: the rows of its scopes, except those that were cleared. */
  readonly condition: string;
  /** The same, for queries that are faster without a condition: absent if it holds for all rows of the table. */
  readonly needed: string | undefined;
  /** How many rows the table has, including those of other scopes. */
  readonly tableRows: number;
  /** Its entries hide the rows with the same ids. */
  readonly slice: Slice;
  readonly unflushed: readonly ReadCandidate[];
  readonly totals: VisibleTotals;
}

const rowsOf = new RememberedAnswers((table) => table.countRows());

/** Takes its part of the overlay at once, before its first `await`. */
export async function surveyScope(
  view: View,
  scope: SearchScope,
  statistics: ScopeStatistics,
): Promise<Searched> {
  const slice = view.overlay.inSearchScope(scope);
  const condition = all(inSearchScope(scope), notCleared(slice));
  const totals = await statistics.of(view, condition, slice);
  const unflushed = unflushedCandidates(slice);
  const tableRows = await rowsOf.of(view.table, "true");
  const needed = totals.rows === tableRows ? undefined : condition;
  return { table: view.table, condition, needed, tableRows, slice, unflushed, totals };
}

const long = new RememberedAnswers((table, condition) => hasAny(table, condition, HAS_PASSAGES));

/** Whether any searched row has a long text, whose passages have vectors of their own. */
export function hasPassages({ table, condition }: Searched): Promise<boolean> {
  return long.of(table, condition);
}

const ordered = new RememberedAnswers((table, condition) => hasAny(table, condition, IN_SEQUENCE));

/** Whether any searched entry is in a sequence. */
export async function hasSequences({ table, condition, unflushed }: Searched): Promise<boolean> {
  if (unflushed.some(({ candidate }) => candidate.sequence !== null)) return true;
  return await ordered.of(table, condition);
}

async function hasAny(table: Table, ...conditions: readonly string[]): Promise<boolean> {
  const some = table
    .query()
    .where(all(...conditions))
    .select(["id"])
    .limit(1);
  return (await some.toArrow()).numRows > 0;
}
