import { isMemoryError } from "@mem/core";
import type { Condition } from "../store/engine.ts";
import type { ObjectEngine } from "./object-engine.ts";
import { VECTOR_PENDING } from "../table/sql.ts";

/** The condition of a store in an object store. */
export async function objectCondition({
  maintenance,
  storeVectors,
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
  const trouble = storeVectors.trouble(pending);
  if (trouble !== undefined) troubles.push(trouble);
  if (vectors.failure !== undefined) {
    troubles.push(`vectors can't be written and are tried again: ${messageOf(vectors.failure)}`);
  }
  return {
    troubles,
    details: {
      entries,
      tableVersion: version,
      waitingChanges: writer.queue.length,
      cache: { ...cache.stats },
      nativeCacheBytes: database.cachedBytes,
      ...(storeVectors.areWanted && { pendingVectors: pending }),
    },
  };
}

function messageOf(error: unknown): string {
  if (isMemoryError(error)) return `${error.code}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
