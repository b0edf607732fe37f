import { MemoryError, type Embedder } from "@mem/core";
import type { Analyzer } from "@mem/search";
import type { ObjectDatabase } from "./object-database.ts";
import type { ObjectDescription } from "./object-description.ts";
import { completeTable, countTable, makeTable, retried } from "./object-table.ts";
import type { ObjectWriter } from "./object-writer.ts";
import { analyzedBy, replaceRows } from "../upkeep/reanalysis.ts";
import {
  describeStore,
  isOlder,
  migrated,
  refuseForeignEmbedder,
} from "../store/store-description.ts";
import { completed } from "../table/entry-row.ts";
import { dropFormerColumns } from "../table/table-schema.ts";
import { readVectorColumns } from "./object-vector-columns.ts";

export interface ObjectOpening {
  readonly database: ObjectDatabase;
  readonly description: ObjectDescription;
  readonly writer: ObjectWriter;
  readonly analyzer: Analyzer;
  readonly embedder: Embedder | undefined;
  /** Whether to open the store even if another embedder made its vectors. Default `false`. */
  readonly takesForeign?: boolean;
}

/**
 * Creates the store if there is none, and adapts it to what it is opened with: another analyzer, its first embedder.
 * Several machines can do each step at once, and if one dies in between, the next one continues.
 */
export async function openObjectStore(opening: ObjectOpening): Promise<void> {
  const { database, description, analyzer, embedder } = opening;
  const present = (await description.read()) ?? (await createStore(opening));
  if (opening.takesForeign !== true) refuseForeignEmbedder(present.embedder, embedder);
  const { embedder: own } =
    embedder === undefined || present.embedder !== undefined
      ? present
      : await description.alter((before) => {
          refuseForeignEmbedder(before.embedder, embedder);
          return describeStore(before.analyzer, embedder);
        });
  await completeTable(database, own);
  if (isOlder(present)) await migrate(opening);
  if (present.analyzer !== analyzer.id) await renewTerms(opening);
}

async function createStore({ database, description, analyzer, embedder }: ObjectOpening) {
  const rows = await countTable(database);
  if (rows !== undefined && rows > 0) {
    throw new MemoryError(
      "MEM_FORMAT",
      `${database.location.uri} holds a table with ${rows} rows, but no description of a store: it is not a store of this package, or that was lost`,
    );
  }
  // If two machines create it, they create one table; which of them described it shows in what is there afterwards.
  await makeTable(database);
  return await description.make(describeStore(analyzer.id, embedder));
}

/** Fills the columns that the first format did not have; a machine that does so at the same time fills in the same. */
async function migrate({ database, description, writer }: ObjectOpening) {
  const table = await database.table("write");
  const columns = await readVectorColumns(table);
  await replaceRows(table, completed, async (rows) => {
    await writer.commits.replace(
      rows.map((row) => ({ row, replaced: row.version })),
      columns,
    );
  });
  // Only now: a machine that migrates at the same time packs what is in these columns.
  await retried(() => dropFormerColumns(table));
  await description.alter(migrated);
}

async function renewTerms({ database, description, writer, analyzer }: ObjectOpening) {
  const table = await database.table("write");
  const columns = await readVectorColumns(table);
  await replaceRows(table, analyzedBy(analyzer), async (rows) => {
    await writer.commits.replace(
      rows.map((row) => ({ row, replaced: row.version })),
      columns,
    );
  });
  await description.alter((before) => ({ ...before, analyzer: analyzer.id }));
}
