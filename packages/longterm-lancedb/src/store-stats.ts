import type { LongTermStats } from "@mem/core";
import type { Database } from "./database.ts";
import { all, inTenant, VECTOR_PENDING } from "./sql.ts";

/** How many entries a tenant has, and how many of them wait for a vector: none do without an embedder. */
export async function countTenant(
  database: Database,
  tenantId: string,
  withVectors: boolean,
): Promise<LongTermStats> {
  const tenant = inTenant(tenantId);
  const entries = await database.count(tenant);
  const pendingVectors = withVectors ? await database.count(all(tenant, VECTOR_PENDING)) : 0;
  return { entries, pendingVectors };
}
