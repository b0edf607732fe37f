import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import type { Clock, EntryPlace, Erasure, ErasureRequest, Scope } from "@mem/core";
import type { ChangedEntry } from "../log/changed-entry.ts";
import { eraseFromHistory, findErasedPast, type ErasedPast } from "../history/history-erasure.ts";
import type { OpenedStore } from "../folder/opened-store.ts";
import { keyOfId, rowId } from "../table/row.ts";
import { all, columnIn, equals, idIn, inTenant, notCleared } from "../table/sql.ts";
import { rewriteTable } from "./table-rewrite.ts";
import type { View } from "../reading/view.ts";

/** An entry to be erased. */
export interface Found {
  readonly scope: Scope;
  readonly key: string;
}

/** Reports what an erasure would remove. */
export async function rehearseErasure(
  opened: OpenedStore,
  request: ErasureRequest,
  clock: Clock,
): Promise<Erasure> {
  const found = await opened.reader.read((view) => findErased(view, request));
  return receipt(found, true, clock, await findErasedPast(opened, request));
}

/**
 * Removes entries from every file of the store. They are deleted in the log, that part of the log is sealed, the table
 * is written anew from what is left, and then everything older is removed: segments, versions, what was set aside.
 */
export async function erase(
  opened: OpenedStore,
  request: ErasureRequest,
  clock: Clock,
): Promise<Erasure> {
  const { writer, reader, log, flusher, maintenance, database } = opened;
  let found: readonly Found[] = [];
  let past: readonly ErasedPast[] = [];
  await writer.exclusively(async () => {
    found = await reader.read((view) => findErased(view, request));
    past = await findErasedPast(opened, request);
    for (const { scope, key } of found) {
      await log.announce({ kind: "delete", at: clock.now(), scope, removals: [{ key }] });
    }
    // Everything logged about them so far is now in segments that are removed when the table has been written.
    await log.seal();
    await reader.catchUp();
    await flusher.write({
      keepsPrevious: false,
      afterwards: async (table, history) => {
        await rewriteTable(database, table);
        if (history !== undefined) await eraseFromHistory(database, history, request);
      },
    });
    await maintenance.removeAllOlder();
    await rm(database.location.setAside, { recursive: true, force: true });
    // Vectors that are being made anew may come from what is erased, too.
    await rm(database.location.reembedding, { force: true });
  });
  return receipt(found, false, clock, past);
}

/** The entries that a request names. */
export async function findErased(view: View, request: ErasureRequest): Promise<Found[]> {
  if ("scope" in request) {
    const { scope, key } = request;
    return (await isThere(view, scope, key)) ? [{ scope, key }] : [];
  }
  const { tenantId, agentId, subject } = request;
  const slice = view.overlay.inTenant(tenantId);
  const unflushed = [...slice.entries.values()].flatMap(({ changed, entry }) =>
    entry?.write.subject === subject && isOf(changed, agentId) ? [changed] : [],
  );
  const agent = agentId === undefined ? undefined : columnIn("agent", [agentId]);
  const condition = all(inTenant(tenantId), equals("subject", subject), agent, notCleared(slice));
  const rows: { id: string; workflow: string; agent: string }[] = await view.table
    .query()
    .where(condition)
    .select(["id", "workflow", "agent"])
    .toArray();
  const stored = rows
    .filter(({ id }) => !slice.entries.has(id))
    .map(({ id, workflow, agent: owner }) => ({
      scope: {
        tenantId,
        ...(workflow !== "" && { workflowId: workflow }),
        ...(owner !== "" && { agentId: owner }),
      } as Scope,
      key: keyOfId(id),
    }));
  return [...unflushed.map(({ scope, key }) => ({ scope, key })), ...stored];
}

async function isThere({ overlay, table }: View, scope: Scope, key: string): Promise<boolean> {
  const changed = overlay.find(scope, key);
  if (changed !== undefined) return changed.entry !== undefined;
  if (overlay.isCleared(scope)) return false;
  return (await table.countRows(idIn([rowId(scope, key)]))) > 0;
}

function isOf({ scope }: ChangedEntry, agentId: string | undefined): boolean {
  return agentId === undefined || scope.agentId === agentId;
}

export function receipt(
  found: readonly Found[],
  dryRun: boolean,
  clock: Clock,
  past: readonly ErasedPast[] = [],
): Erasure {
  const places = new Map([...found, ...past].map((each) => [rowId(each.scope, each.key), each]));
  const entries = [...places.values()].map(
    ({ scope: { agentId, workflowId }, key }): EntryPlace => {
      return {
        ...(agentId !== undefined && { agentId }),
        ...(workflowId !== undefined && { workflowId }),
        key,
      };
    },
  );
  return {
    id: randomUUID(),
    at: clock.now(),
    dryRun,
    entries,
    revisions: past.reduce((sum, each) => sum + each.revisions, 0),
  };
}
