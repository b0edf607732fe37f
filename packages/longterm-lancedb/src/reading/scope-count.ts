import type { Scope } from "@mem/core";
import { RememberedAnswers } from "./remembered-answers.ts";
import type { SliceEntry } from "../log/overlay.ts";
import { inScope } from "../table/sql.ts";
import type { View } from "./view.ts";

const rowCounts = new RememberedAnswers((table, condition) => table.countRows(condition));

/** How many entries a scope holds, without reading them. */
export async function countScope(view: View, scope: Scope): Promise<number> {
  const slice = view.overlay.inScope(scope);
  const rows = slice.isCleared(scope) ? 0 : await rowCounts.of(view.table, inScope(scope));
  return countEntries(view, rows, slice.entries.values());
}

/** How many entries there are, given the number of rows and what was changed since. */
export async function countEntries(
  view: View,
  rows: number,
  changes: Iterable<SliceEntry>,
): Promise<number> {
  const changed = [...changes];
  const live = changed.filter(({ entry }) => entry !== undefined).length;
  // If there are no rows, none is replaced.
  if (rows === 0) return live;
  await view.learn(changed.map((each) => each.changed));
  return rows - changed.filter(({ changed: { stored } }) => stored).length + live;
}
