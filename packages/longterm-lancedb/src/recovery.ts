import { randomUUID } from "node:crypto";
import { mkdir, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { syncDirectory } from "@mem/append-log";
import { MemoryError } from "@mem/core";
import type { Database } from "./database.ts";
import { TABLE_NAME } from "./location.ts";
import { isSystemError } from "./storage-error.ts";
import {
  isManifestComplete,
  isTemporary,
  listVersions,
  manifestPath,
  type TableFiles,
} from "./table-files.ts";

/**
 * Undoes what was committed but never acknowledged: its process died, or the power failed, before it had reached the
 * disk. Call it under the store's lock. Returns what was done, in words, if anything.
 *
 * The acknowledged version is committed again on top, so that other processes follow. Where the newer ones can't
 * even be opened, which is after a power cut, nobody has them open, and their files are moved out of the way.
 */
export async function undoUnacknowledged(
  database: Database,
  acknowledged: number | undefined,
): Promise<string | undefined> {
  const { table: path, folder } = database.location;
  const versions = await listVersions(path);
  if (versions[0] === acknowledged) return undefined;
  if (acknowledged === undefined) return await setAsideUnreadable(database, versions);
  if (!versions.includes(acknowledged)) {
    throw new MemoryError(
      "MEM_CORRUPT",
      `version ${acknowledged} of the store in ${folder} was acknowledged and is missing; restore a backup, or remove the file "acknowledged" to go on with what is there`,
    );
  }
  const newer = versions.filter((version) => version > acknowledged);
  if (!(await restore(database, newer, acknowledged))) {
    await setAside(database, newer);
    return `versions ${newer.toReversed().join(", ")} were unreadable, never acknowledged, and set aside`;
  }
  return `versions ${newer.toReversed().join(", ")} were never acknowledged and undone`;
}

/** Without a record of what was acknowledged, the newest version that can be opened counts. */
async function setAsideUnreadable(
  database: Database,
  versions: readonly number[],
): Promise<string | undefined> {
  const unreadable: number[] = [];
  for (const version of versions) {
    if (await isManifestComplete(database.location.table, version)) break;
    unreadable.push(version);
  }
  if (unreadable.length === 0) return undefined;
  await setAside(database, unreadable);
  return `versions ${unreadable.toReversed().join(", ")} were unreadable and set aside`;
}

/** Whether the newest versions could be read, so that one before them could be put on top. */
async function restore(
  { connection, location }: Database,
  newer: readonly number[],
  acknowledged: number,
): Promise<boolean> {
  for (const version of newer) {
    if (!(await isManifestComplete(location.table, version))) return false;
  }
  try {
    const table = await connection.openTable(TABLE_NAME);
    try {
      await table.checkout(acknowledged);
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
