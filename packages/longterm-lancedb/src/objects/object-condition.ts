import { isMemoryError } from "@mem/core";
import type { Condition } from "../store/engine.ts";
import type { ObjectEngine } from "./object-engine.ts";
import { VECTOR_PENDING } from "../table/sql.ts";

/** How a store in an object store is. */
export async function objectCondition({
  maintenance,
  embedding,
  vectors,
  reader,
  cache,
  writer,
  database,
}: ObjectEngine): Promise<Condition> {
  const { version, entries, pending } = await reader.read(async (view) => ({
    version: view.version,
    entries: await view.table.countRows(),
    pending: await view.table.countRows(VECTOR_PENDING),
  }));
  const troubles: string[] = [];
  if (maintenance.failure !== undefined) {
    troubles.push(`maintenance fails and is tried again: ${messageOf(maintenance.failure)}`);
  }
  const failure = embedding?.failure ?? vectors.failure;
  if (failure !== undefined) troubles.push(`${pending} vectors are pending: ${messageOf(failure)}`);
  return {
    troubles,
    details: {
      entries,
      tableVersion: version,
      waitingChanges: writer.queue.length,
      cache: { ...cache.stats },
      nativeCacheBytes: database.cachedBytes,
      ...(embedding && { pendingVectors: pending }),
    },
  };
}

function messageOf(error: unknown): string {
  if (isMemoryError(error)) return `${error.code}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
