import { setTimeout } from "node:timers/promises";
import { MemoryError, type Clock, type Erasure, type ErasureRequest } from "@mem/core";
import { findErased, receipt } from "../upkeep/erasure.ts";
import type { ObjectDatabase } from "./object-database.ts";
import { isConflict, objectError } from "./object-error.ts";
import type { ObjectReader } from "./object-reader.ts";
import type { ObjectWriter } from "./object-writer.ts";
import { removeKept } from "./object-kept-vectors.ts";
import { retried } from "./object-table.ts";
import { ensureIndexes } from "../table/table-indexes.ts";
import { indexTerms } from "../table/table-schema.ts";

const ATTEMPTS = 20;
const PAUSE_MS = 250;

export interface ObjectErasureParts {
  readonly database: ObjectDatabase;
  readonly reader: ObjectReader;
  readonly writer: ObjectWriter;
  readonly clock: Clock;
}

/**
 * Removes entries from every version of the table, by writing all rows and all indexes anew. Other machines keep
 * working meanwhile, but their long reads begin again.
 */
export async function eraseObjects(
  { database, reader, writer, clock }: ObjectErasureParts,
  request: ErasureRequest,
  dryRun: boolean,
): Promise<Erasure> {
  const found = await reader.read((view) => findErased(view, request));
  if (dryRun) return receipt(found, true, clock);
  const at = clock.now();
  await Promise.all(
    found.map(({ scope, key }) =>
      writer.change({ kind: "delete", at, scope, removals: [{ key }] }),
    ),
  );
  try {
    await writer.queue.task(() => rewrite(database));
    // Kept vectors may have been made from what is erased, too.
    await removeKept(database);
  } catch (error) {
    throw objectError(error, database.location.uri, "unknown");
  }
  return receipt(found, false, clock);
}

async function rewrite(database: ObjectDatabase): Promise<void> {
  const table = await database.table("write");
  const { lancedb } = database.modules;
  // An update writes each row that it touches into a new file, and nothing of the other rows.
  const { version } = await retried(() =>
    table.update({ where: "true", valuesSql: { length: "length" } }),
  );
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      // Replaced in one step: a search of another machine fails if it finds no index of terms.
      await indexTerms(table, lancedb);
      for (const { name, columns } of await table.listIndices()) {
        if (!columns.includes("terms")) await table.dropIndex(name);
      }
      await ensureIndexes(table, lancedb);
      await table.optimize({ cleanupOlderThan: new Date() });
      const versions = await table.listVersions();
      if (versions.every((each) => each.version > version)) return;
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
    await setTimeout(PAUSE_MS);
  }
  throw new MemoryError(
    "MEM_UNAVAILABLE",
    `the entries are deleted, but older versions that hold them could not be removed from ${database.location.uri}; erase them again`,
    { outcome: "unknown" },
  );
}
