import { randomUUID } from "node:crypto";
import { access, mkdir, rename } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Connection } from "@lancedb/lancedb";
import { acquireFileLock, openSharedLog, syncDirectory } from "@mem/append-log";
import { MemoryError, type Embedder } from "@mem/core";
import type { Analyzer } from "@mem/search";
import { readBases, writeBases, type Bases } from "../table/base-file.ts";
import type { Database } from "../table/database.ts";
import { TABLE_NAME } from "./location.ts";
import { stillLocked } from "./lock-error.ts";
import { goBack, isReadable, undoUnpublished } from "../upkeep/recovery.ts";
import {
  describeStore,
  readDescription,
  refuseForeignEmbedder,
  writeDescription,
  type StoreDescription,
} from "../store/store-description.ts";
import { isSystemError } from "../store/storage-error.ts";
import { listVersions, syncNewFiles } from "../table/table-files.ts";
import { prepareTable, tableSchema } from "../table/table-schema.ts";
import { fingerprintOf } from "../vectors/fingerprint.ts";

/** What a store is opened with. */
export interface OpenWith {
  readonly database: Database;
  readonly analyzer: Analyzer;
  readonly embedder: Embedder | undefined;
  /** Whether to open the store even if another embedder made its vectors. Default `false`. */
  readonly takesForeign?: boolean;
  /** Called with what was repaired. */
  readonly report: (message: string) => void;
}

const LOCK_TIMEOUT_MS = 30_000;

/** Creates the store if there is none, and finds the state of the table to begin from. */
export async function openStore(
  opening: OpenWith,
): Promise<{ readonly description: StoreDescription; readonly bases: Bases }> {
  const { database, embedder, takesForeign = false } = opening;
  const { description: path } = database.location;
  const description =
    (await readDescription(path)) ?? (await exclusively(database, () => createStore(opening)));
  const bases = await readableBases(opening);
  const own = bases.current.embedder ?? description.embedder;
  if (!takesForeign) refuseForeignEmbedder(own, embedder);
  return { description, bases };
}

/** Finds a readable state of the table: the current one, or else the previous one. */
async function readableBases({ database, report }: OpenWith): Promise<Bases> {
  const bases = await presentBases(database);
  if (await isReadable(database, bases.current)) return bases;
  return await exclusively(database, async () => {
    // Another process may have written or repaired it meanwhile.
    const present = await presentBases(database);
    // If the newest version is unreadable, LanceDB can't open any other.
    const undone = await undoUnpublished(database, present.current);
    if (undone !== undefined) report(undone);
    if (!(await isReadable(database, present.current))) {
      report(await goBack(database, present));
    }
    return await presentBases(database);
  });
}

async function presentBases({ location }: Database): Promise<Bases> {
  const bases = await readBases(location.base);
  if (bases !== undefined) return bases;
  throw new MemoryError("MEM_CORRUPT", `${location.base} is gone; restore it from a backup`);
}

/** Everything is on disk before the description, which makes it a store. Call it under the lock. */
async function createStore(opening: OpenWith): Promise<StoreDescription> {
  const { database, analyzer, embedder } = opening;
  const { location, modules, connection } = database;
  const present = await readDescription(location.description);
  if (present !== undefined) return present;
  await moveUnfinishedAway(database);
  const schema = tableSchema(modules.arrow, embedder?.dimensions);
  const table = await connection.createEmptyTable(TABLE_NAME, schema);
  await prepareTable(table, modules);
  table.close();
  await syncNewFiles(location.table, new Map());
  const [version = 0] = await listVersions(location.table);
  const watermark = await emptyLog(database);
  const made = embedder && { embedder: fingerprintOf(embedder) };
  await writeBases(location.base, { current: { version, watermark, ...made } });
  const description = describeStore(analyzer.id, undefined);
  await writeDescription(location.description, description);
  return description;
}

/** Creates the log. Resolves with its first position. */
async function emptyLog({ location }: Database): Promise<string> {
  await using log = await openSharedLog({
    directory: location.log,
    onFrame() {
      throw notAStore(location.folder, "a log with changes");
    },
  });
  await syncDirectory(location.folder);
  return log.cursor;
}

/** Moves away what an interrupted creation left: an empty table, or an unreadable one. */
async function moveUnfinishedAway({ location, connection }: Database): Promise<void> {
  const { table: path, folder, setAside } = location;
  if (!(await exists(path))) return;
  const rows = await countRows(connection);
  if (rows > 0) {
    throw notAStore(folder, `a table ${JSON.stringify(TABLE_NAME)} with ${rows} rows`);
  }
  await mkdir(setAside, { recursive: true });
  await rename(path, join(setAside, `${randomUUID()}-${basename(path)}`));
}

function notAStore(folder: string, found: string): MemoryError {
  return new MemoryError(
    "MEM_FORMAT",
    `${folder} holds ${found}, but no store.json: it is not a store of this package, or that file was lost`,
  );
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

async function exclusively<T>(
  { location: { lock: path, folder } }: Database,
  task: () => Promise<T>,
): Promise<T> {
  using lock = await acquireFileLock(path, { timeoutMs: LOCK_TIMEOUT_MS, recordHolder: true });
  if (lock !== undefined) return await task();
  throw stillLocked(folder, LOCK_TIMEOUT_MS);
}
