import type { PortableEntry } from "@mem/core";
import type { HeldTable } from "../table/base.ts";
import { objectError } from "./object-error.ts";
import { scanRows } from "../table/row-scan.ts";
import { inTenant } from "../table/sql.ts";
import { fromRow } from "../reading/walk.ts";

/** Every entry of a tenant, or of all tenants, in one version of the table, which is released at the end. */
export async function* walkTable(
  held: HeldTable,
  tenantId: string | undefined,
  name: string,
): AsyncGenerator<readonly PortableEntry[]> {
  try {
    const condition = tenantId === undefined ? "" : inTenant(tenantId);
    for await (const rows of scanRows(held.table, condition)) yield rows.map(fromRow);
  } catch (error) {
    throw objectError(error, name, "not-applied");
  } finally {
    await held[Symbol.asyncDispose]();
  }
}
