import type { Table } from "@lancedb/lancedb";
import type { ErasureRequest, Scope } from "@mem/core";
import type { Database } from "../table/database.ts";
import { revisionRows } from "./history-page.ts";
import { readHistory } from "./history-reader.ts";
import { clearingIds, type HistoryRow } from "./history-row.ts";
import { addHistory, createHistoryTable, indexHistory, scanHistory } from "./history-table.ts";
import { HISTORY_NAME } from "../folder/location.ts";
import type { OpenedStore } from "../folder/opened-store.ts";
import { keyOfId, rowId } from "../table/row.ts";
import { all, columnIn, equals, inTenant } from "../table/sql.ts";

/** An entry whose past is to be erased. */
export interface ErasedPast {
  readonly scope: Scope;
  readonly key: string;
  /** How many of its revisions are erased. */
  readonly revisions: number;
}

/** What an erasure would remove from the history; empty if there is none. */
export async function findErasedPast(
  opened: OpenedStore,
  request: ErasureRequest,
): Promise<ErasedPast[]> {
  const erased: ErasedPast[] = [];
  for (const { scope, key } of await placesIn(opened, request)) {
    const ids = [rowId(scope, key), ...clearingIds(scope)];
    const revisions = await readHistory(opened, ids, async (view) => {
      let [count, going, staying] = [0, 0, 0];
      for await (const row of revisionRows(view, ids, undefined, Infinity)) {
        count++;
        if (isMeant(row, request)) going++;
        else if (row.kind === "entry") staying++;
      }
      return staying === 0 ? count : going;
    });
    if (revisions !== undefined && revisions > 0) erased.push({ scope, key, revisions });
  }
  return erased;
}

/**
 * Writes the history table and its indexes anew, without what is to be erased: nothing of that is in the new files. If
 * no state of an entry is left, its deletions are removed, too. To be published.
 */
export async function eraseFromHistory(
  database: Database,
  history: Table,
  request: ErasureRequest,
): Promise<void> {
  const { arrow, lancedb } = database.modules;
  const before = await database.openVersion(await history.version(), HISTORY_NAME);
  try {
    const left = new Set<string>();
    for await (const rows of scanHistory(before)) {
      for (const row of rows) if (row.kind === "entry" && !isMeant(row, request)) left.add(row.id);
    }
    const stays = (row: HistoryRow): boolean =>
      row.kind === "entry" ? !isMeant(row, request) : row.kind !== "deleted" || left.has(row.id);
    await createHistoryTable(database, "overwrite");
    for await (const rows of scanHistory(before)) {
      await addHistory(history, rows.filter(stays), arrow);
    }
    await indexHistory(history, lancedb);
  } finally {
    before.close();
  }
}

async function placesIn(
  opened: OpenedStore,
  request: ErasureRequest,
): Promise<{ readonly scope: Scope; readonly key: string }[]> {
  if ("scope" in request) return [request];
  const { tenantId, agentId, subject } = request;
  const agent = agentId === undefined ? undefined : columnIn("agent", [agentId]);
  const condition = all(inTenant(tenantId), equals("subject", subject), agent);
  const places = new Map<string, { readonly scope: Scope; readonly key: string }>();
  await readHistory(opened, undefined, async ({ history, changes }) => {
    const rows = history.query().where(condition).select(["id", "tenant", "workflow", "agent"]);
    for await (const batch of rows) {
      for (let i = 0; i < batch.numRows; i++) {
        const row = batch.get(i)?.toJSON() as unknown as HistoryRow;
        places.set(row.id, { scope: scopeOf(row), key: keyOfId(row.id) });
      }
    }
    for (const { id, scope, entry } of changes) {
      if (entry?.write.subject !== subject || scope.tenantId !== tenantId) continue;
      const isOther = agentId !== undefined && scope.agentId !== agentId;
      if (!isOther) places.set(id, { scope, key: keyOfId(id) });
    }
  });
  return [...places.values()];
}

function isMeant(row: HistoryRow, request: ErasureRequest): boolean {
  if ("scope" in request) return row.id === rowId(request.scope, request.key);
  const { tenantId, agentId, subject } = request;
  const isTheirs = agentId === undefined || row.agent === agentId;
  return row.tenant === tenantId && row.subject === subject && isTheirs;
}

function scopeOf({ tenant, workflow, agent }: HistoryRow): Scope {
  return {
    tenantId: tenant,
    ...(workflow !== "" && { workflowId: workflow }),
    ...(agent !== "" && { agentId: agent }),
  };
}
