import type { LongTermStats } from "@mem/core";
import type { UnflushedEntry } from "../log/changed-entry.ts";
import { conditionsOn } from "../table/row-queries.ts";
import { RememberedAnswers } from "./remembered-answers.ts";
import { countEntries } from "./scope-count.ts";
import { all, inTenant, notCleared, VECTOR_PENDING } from "../table/sql.ts";
import type { View } from "./view.ts";

/** How many entries a tenant has, and how many of them wait for a vector: without an embedder, none do. */
export async function countTenant(
  view: View,
  tenantId: string,
  withVectors: boolean,
): Promise<LongTermStats> {
  const slice = view.overlay.inTenant(tenantId);
  const { table, cache } = view;
  const condition = all(inTenant(tenantId), notCleared(slice));
  const rows = await table.countRows(condition);
  const entries = await countEntries(view, rows, slice.entries.values());
  const pendingVectors = withVectors ? await countPending(view, tenantId) : 0;
  return { entries, pendingVectors, cache: cache.stats };
}

const pendingRows = new RememberedAnswers((table, condition) => table.countRows(condition));

/** How many entries of a tenant, or of all, wait for a vector. */
export async function countPending(view: View, tenantId?: string): Promise<number> {
  const slice = view.overlay.inTenant(tenantId);
  const tenant = tenantId === undefined ? undefined : inTenant(tenantId);
  const condition = all(tenant, VECTOR_PENDING, notCleared(slice));
  let pending = await pendingRows.of(view.table, condition);
  // Few rows wait, and not for long: mostly there are none that could have been replaced.
  const replaced = pending === 0 ? [] : conditionsOn([...slice.entries.keys()]);
  for (const ids of replaced) pending -= await view.table.countRows(all(condition, ids));
  for (const { entry } of slice.entries.values()) if (entry && isPending(entry)) pending++;
  return pending;
}

function isPending({ vector, write }: UnflushedEntry): boolean {
  return vector === undefined && write.text.trim() !== "";
}
