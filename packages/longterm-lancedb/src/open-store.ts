import { randomUUID } from "node:crypto";
import { access, mkdir, rename } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Connection } from "@lancedb/lancedb";
import { syncDirectory } from "@mem/append-log";
import { MemoryError, type Embedder } from "@mem/core";
import type { Analyzer } from "@mem/search";
import type { AcknowledgedVersion } from "./acknowledged-version.ts";
import type { Committer } from "./committer.ts";
import type { Database } from "./database.ts";
import { TABLE_NAME } from "./location.ts";
import { analyzeAgain } from "./reanalysis.ts";
import {
  describeStore,
  readDescription,
  refuseForeignEmbedder,
  writeDescription,
  type StoreDescription,
} from "./store-description.ts";
import { isSystemError } from "./storage-error.ts";
import { listVersions, syncNewFiles } from "./table-files.ts";
import { addVectorColumn, prepareTable, tableSchema, vectorLength } from "./table-schema.ts";

/** What a store is opened with. */
export interface OpenWith {
  readonly database: Database;
  readonly acknowledged: AcknowledgedVersion;
  readonly committer: Committer;
  readonly analyzer: Analyzer;
  readonly embedder: Embedder | undefined;
}

/**
 * Makes the store where there is none, repairs it where a process or the power failed, and brings it to what it is
 * opened with. Resolves with the length of the table's vectors, if it has any.
 */
export async function openStore(opening: OpenWith): Promise<number | undefined> {
  const { database, committer, analyzer, embedder } = opening;
  const { description: path } = database.location;
  const description =
    (await readDescription(path)) ?? (await committer.exclusively(() => createStore(opening)));
  refuseForeignEmbedder(description, embedder);
  await committer.check();
  if (description.analyzer !== analyzer.id) {
    await analyzeAgain(database, committer, analyzer);
    await committer.exclusively(async () => {
      await writeDescription(path, { ...(await presentDescription(path)), analyzer: analyzer.id });
    });
  }
  if (embedder !== undefined && description.embedder === undefined) await adopt(opening, embedder);
  return await vectorLength(await database.table());
}

/** Everything is on disk before the description is, which makes it a store. Call it under the lock. */
async function createStore(opening: OpenWith): Promise<StoreDescription> {
  const { database, acknowledged, analyzer, embedder } = opening;
  const { location, modules, connection } = database;
  const made = await readDescription(location.description);
  if (made !== undefined) return made;
  await moveUnfinishedAway(database);
  const schema = tableSchema(modules.arrow, embedder?.dimensions);
  const table = await connection.createEmptyTable(TABLE_NAME, schema);
  await prepareTable(table, modules);
  table.close();
  await syncNewFiles(location.table, new Map());
  const [newest = 0] = await listVersions(location.table);
  await acknowledged.write(newest);
  await syncDirectory(location.folder);
  const description = describeStore(analyzer.id, embedder);
  await writeDescription(location.description, description);
  return description;
}

/** A creation that was cut off leaves an empty table, or one that can't be read. */
async function moveUnfinishedAway({ location, connection }: Database): Promise<void> {
  const { table: path, folder, description, setAside } = location;
  if (!(await exists(path))) return;
  const rows = await countRows(connection);
  if (rows > 0) {
    throw new MemoryError(
      "MEM_FORMAT",
      `${folder} holds a table ${JSON.stringify(TABLE_NAME)} with ${rows} rows, but no ${basename(description)}: it is not a store of this package, or that file was lost`,
    );
  }
  await mkdir(setAside, { recursive: true });
  await rename(path, join(setAside, `${randomUUID()}-${basename(path)}`));
}

async function countRows(connection: Connection): Promise<number> {
  try {
    const table = await connection.openTable(TABLE_NAME);
    try {
      return await table.countRows();
    } finally {
      table.close();
    }
  } catch (error) {
    if (isSystemError(error)) throw error;
    return 0;
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Makes the embedder the store's own. */
async function adopt(opening: OpenWith, embedder: Embedder): Promise<void> {
  const path = opening.database.location.description;
  // Column and description under one lock: between them another process would adopt an embedder of its own.
  await opening.committer.commit(
    async (table) => {
      refuseForeignEmbedder(await presentDescription(path), embedder);
      const length = await vectorLength(table);
      if (length === embedder.dimensions) return;
      // Left over from an adoption that was cut off, and empty.
      if (length !== undefined) await table.dropColumns(["vector"]);
      await addVectorColumn(table, embedder.dimensions);
    },
    async () => {
      const { analyzer } = await presentDescription(path);
      await writeDescription(path, describeStore(analyzer, embedder));
    },
  );
}

async function presentDescription(path: string): Promise<StoreDescription> {
  const description = await readDescription(path);
  if (description === undefined) throw new MemoryError("MEM_CORRUPT", `${path} is gone`);
  return description;
}
