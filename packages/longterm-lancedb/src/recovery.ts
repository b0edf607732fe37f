import { randomUUID } from "node:crypto";
import { mkdir, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { syncDirectory } from "@mem/append-log";
import { MemoryError } from "@mem/core";
import { writeBases, type Bases } from "./base-file.ts";
import type { Database } from "./database.ts";
import { TABLE_NAME } from "./location.ts";
import { isSystemError, isVanishedVersion } from "./storage-error.ts";
import {
  isManifestComplete,
  isTemporary,
  listVersions,
  manifestPath,
  type TableFiles,
} from "./table-files.ts";

/**
 * Undoes what was committed to the table and never published: its process died, or the power failed, before it was
 * every process's table. Call it under the store's lock. Returns what was done, in words, if anything.
 *
 * The published version is committed again on top. Where the newer ones can't even be opened, which is after a power
 * cut, their files are moved out of the way.
 */
export async function undoUnpublished(
  database: Database,
  published: number,
): Promise<string | undefined> {
  const versions = await listVersions(database.location.table);
  const newer = versions.filter((version) => version > published);
  if (newer.length === 0) return undefined;
  if (await restore(database, newer, published)) return undefined;
  await setAside(database, newer);
  return `versions ${newer.toReversed().join(", ")} of the table were unreadable, never published, and set aside`;
}

/**
 * Goes back to the state before, where the current one can't be read, so that the log makes up for the rest. Call it
 * under the store's lock. Returns what was done, in words.
 */
export async function goBack(database: Database, { current, previous }: Bases): Promise<string> {
  const { table, folder, base } = database.location;
  if (previous === undefined || !(await isReadable(database, previous.version))) {
    throw new MemoryError(
      "MEM_CORRUPT",
      `version ${current.version} of the table in ${folder} can't be read; restore a backup`,
    );
  }
  const newer = (await listVersions(table)).filter((version) => version > previous.version);
  await setAside(database, newer);
  await writeBases(base, { current: previous });
  return `version ${current.version} of the table was unreadable and set aside; what it held was taken from the log`;
}

/** Whether a version of the table was written to its end, and opens. */
export async function isReadable(database: Database, version: number): Promise<boolean> {
  try {
    // LanceDB takes a manifest of zeros for an empty table.
    if (!(await isManifestComplete(database.location.table, version))) return false;
    (await database.openVersion(version)).close();
    return true;
  } catch (error) {
    if (isSystemError(error) && !isVanishedVersion(error)) throw error;
    return false;
  }
}

/** Whether the newest versions could be read, so that one before them could be put on top. */
async function restore(
  { connection, location }: Database,
  newer: readonly number[],
  published: number,
): Promise<boolean> {
  for (const version of newer) {
    if (!(await isManifestComplete(location.table, version))) return false;
  }
  try {
    const table = await connection.openTable(TABLE_NAME);
    try {
      await table.checkout(published);
      await table.restore();
    } finally {
      table.close();
    }
    return true;
  } catch (error) {
    // A disk that is full or fails is no reason to move anything: others may have these versions open.
    if (isSystemError(error)) throw error;
    return false;
  }
}

async function setAside(database: Database, versions: readonly number[]): Promise<void> {
  const { table, setAside: folder } = database.location;
  await mkdir(folder, { recursive: true });
  for (const version of versions) {
    const path = manifestPath(table, version);
    await rename(path, join(folder, `${randomUUID()}-${basename(path)}`));
  }
  await syncDirectory(join(table, "_versions"));
}

/** Removes the files that a killed process had not finished. Call it under the store's lock. */
export async function removeTemporaryFiles(files: TableFiles): Promise<void> {
  for (const [folder, names] of files) {
    for (const name of names) {
      if (isTemporary(name)) await rm(join(folder, name), { force: true });
    }
  }
}
