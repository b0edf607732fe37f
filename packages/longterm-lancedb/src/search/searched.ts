import type { Table } from "@lancedb/lancedb";
import type { SearchScope } from "@mem/core";
import { unflushedCandidates, type UnflushedCandidate } from "./candidates.ts";
import type { Slice } from "../log/overlay.ts";
import type { ScopeStatistics, VisibleTotals } from "./scope-statistics.ts";
import { all, inSearchScope, notCleared } from "../table/sql.ts";
import type { View } from "../reading/view.ts";

/** All that one search looks at: rows of the table, and entries of the overlay in their place or beside them. */
export interface Searched {
  readonly table: Table;
  /** SQL: the rows of its scopes but for those that were cleared. */
  readonly condition: string;
  /** Its entries hide the rows of the same id. */
  readonly slice: Slice;
  readonly unflushed: readonly UnflushedCandidate[];
  readonly totals: VisibleTotals;
  readonly withMetadata: boolean;
}

/** Takes its part of the overlay at once, before it awaits anything. */
export async function surveyScope(
  view: View,
  scope: SearchScope,
  statistics: ScopeStatistics,
  withMetadata: boolean,
): Promise<Searched> {
  const slice = view.overlay.inSearchScope(scope);
  const condition = all(inSearchScope(scope), notCleared(slice));
  const totals = await statistics.of(view, condition, slice);
  const unflushed = unflushedCandidates(slice);
  return { table: view.table, condition, slice, unflushed, totals, withMetadata };
}
