import type { PortableEntry, Scope } from "@mem/core";
import type { Base } from "../table/base.ts";
import { createdAtOf } from "../log/changed-entry.ts";
import type { Slice, SliceEntry } from "../log/overlay.ts";
import type { OpenedStore } from "../folder/opened-store.ts";
import { holdForLong, type LongRead } from "../upkeep/pins.ts";
import { isConsistent, unpackRow } from "../table/packed-row.ts";
import { damagedEntry, toEntry } from "../table/row-conversion.ts";
import { hasSoundVector } from "../table/entry-row.ts";
import { scanRows } from "../table/row-scan.ts";
import type { Row } from "../table/row.ts";
import { all, inTenant, notCleared } from "../table/sql.ts";
import { readError } from "../store/storage-error.ts";

const ENTRIES_AT_ONCE = 2_000;

/**
 * Every entry of a tenant, or of all tenants, as of the call, however long the walk takes. What it reads is not cleaned
 * up meanwhile.
 */
export async function walkEntries(
  { base, replica, database }: OpenedStore,
  tenantId: string | undefined,
): Promise<AsyncGenerator<readonly PortableEntry[]>> {
  const { pins, folder } = database.location;
  const read = await holdForLong(base, pins, () => replica.overlay.inTenant(tenantId));
  const batches = walk(read, tenantId, { base, folder });
  // A generator that was never started would not release the table when it is abandoned.
  await batches.next();
  return batches;
}

async function* walk(
  read: LongRead,
  tenantId: string | undefined,
  { base, folder }: { readonly base: Base; readonly folder: string },
): AsyncGenerator<readonly PortableEntry[]> {
  const { table, version, slice } = read;
  try {
    yield [];
    const changes = Array.from(slice.entries.values(), ({ changed }) => changed);
    await base.learnOf(table, version, changes);
    const tenant = tenantId === undefined ? undefined : inTenant(tenantId);
    for await (const rows of scanRows(table, all(tenant, notCleared(slice)))) {
      const current = rows.filter(({ id }) => !slice.entries.has(id));
      if (current.length > 0) yield current.map(fromRow);
    }
    yield* unflushed(slice);
  } catch (error) {
    throw readError(error, folder);
  } finally {
    await read[Symbol.asyncDispose]();
  }
}

function* unflushed({ entries }: Slice): Generator<readonly PortableEntry[]> {
  let batch: PortableEntry[] = [];
  for (const each of entries.values()) {
    const entry = fromLog(each);
    if (entry === undefined) continue;
    batch.push(entry);
    if (batch.length < ENTRIES_AT_ONCE) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function fromLog({ changed, entry }: SliceEntry): PortableEntry | undefined {
  if (entry === undefined) return undefined;
  const { opId, ifAbsent: _absent, ifVersion: _version, ifNew: _new, ...write } = entry.write;
  const times = { createdAt: createdAtOf(changed, entry), updatedAt: entry.updatedAt };
  return {
    scope: changed.scope,
    entry: structuredClone({ ...write, ...times }),
    ...(opId !== undefined && { opId }),
    ...(entry.vector && { vector: entry.vector.slice() }),
  };
}

/** Throws `MEM_CORRUPT` for a row that is not what was stored. */
export function fromRow(row: Row): PortableEntry {
  const unpacked = unpackRow(row);
  const { tenant, agent, op_id: opId } = unpacked;
  const { version: _version, agentId, workflowId, ...entry } = toEntry(unpacked);
  // The columns by which the row was found may contradict its entry.
  if (!isConsistent(row, unpacked)) throw damagedEntry(row.id, agent);
  const scope = {
    tenantId: tenant,
    ...(workflowId !== undefined && { workflowId }),
    ...(agentId !== undefined && { agentId }),
  } as Scope;
  return {
    scope,
    entry,
    ...(opId !== null && { opId }),
    ...(hasSoundVector(row, unpacked.text) && row.vector && { vector: row.vector }),
  };
}
