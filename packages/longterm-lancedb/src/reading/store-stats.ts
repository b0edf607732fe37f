import type { LongTermStats } from "@mem/core";
import type { UnflushedEntry } from "../log/changed-entry.ts";
import { conditionsOn } from "../table/row-queries.ts";
import { countEntries } from "./scope-count.ts";
import { all, inTenant, notCleared, VECTOR_PENDING } from "../table/sql.ts";
import type { View } from "./view.ts";

/** How many entries a tenant has, and how many of them wait for a vector: none do without an embedder. */
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
  let pendingVectors = 0;
  if (withVectors) {
    pendingVectors = await table.countRows(all(condition, VECTOR_PENDING));
    // Few rows wait, for a short time: mostly there are none that could have been replaced.
    const replaced = pendingVectors === 0 ? [] : conditionsOn([...slice.entries.keys()]);
    for (const ids of replaced) {
      pendingVectors -= await table.countRows(all(condition, VECTOR_PENDING, ids));
    }
    for (const { entry } of slice.entries.values()) if (entry && isPending(entry)) pendingVectors++;
  }
  return { entries, pendingVectors, cache: cache.stats };
}

function isPending({ vector, write }: UnflushedEntry): boolean {
  return vector === undefined && write.text.trim() !== "";
}
