import { randomUUID } from "node:crypto";
import { mkdir, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { syncDirectory } from "@mem/append-log";
import { MemoryError } from "@mem/core";
import { writeBases, type Bases, type BaseState } from "../table/base-file.ts";
import type { Database } from "../table/database.ts";
import { HISTORY_NAME, TABLE_NAME, tablePath, type TableName } from "../folder/location.ts";
import { isSystemError, isVanishedVersion } from "../store/storage-error.ts";
import {
  isManifestComplete,
  isTemporary,
  listTableFiles,
  listVersions,
  manifestPath,
  syncNewFiles,
  type TableFiles,
} from "../table/table-files.ts";

const NAMES: readonly TableName[] = [TABLE_NAME, HISTORY_NAME];

/**
 * Undoes what was committed to the tables but never published: its process died, or the power failed, in between. Call
 * it under the store's lock. Returns in words which versions were set aside, if any.
 *
 * The published version is committed again on top. If the newer ones can't even be opened, which happens after a power
 * cut, their manifests are moved out of the way.
 */
export async function undoUnpublished(
  database: Database,
  published: BaseState,
): Promise<string | undefined> {
  const done: string[] = [];
  for (const name of NAMES) {
    const version = versionOf(published, name);
    if (version === undefined) continue;
    const newer = await versionsAfter(database, name, version);
    if (newer.length === 0 || (await restore(database, name, newer, version))) continue;
    await setAside(database, name, newer);
    done.push(
      `versions ${newer.toReversed().join(", ")} of the table ${name} were unreadable, never published, and set aside`,
    );
  }
  return done.length === 0 ? undefined : done.join("; ");
}

/**
 * Goes back to the previous state if the current one can't be read; the log then supplies the rest. Call it under the
 * store's lock. Returns what was done, in words.
 */
export async function goBack(database: Database, { current, previous }: Bases): Promise<string> {
  const { folder, base } = database.location;
  const unreadable = new MemoryError(
    "MEM_CORRUPT",
    `version ${current.version} of the table in ${folder} can't be read; restore a backup`,
  );
  if (previous === undefined || !(await areComplete(database, previous))) throw unreadable;
  for (const name of NAMES) {
    // A history that did not exist in the previous state begins anew.
    const version = versionOf(previous, name) ?? 0;
    await setAside(database, name, await versionsAfter(database, name, version));
  }
  if (!(await isReadable(database, previous))) throw unreadable;
  await writeBases(base, { current: previous });
  await writeBases(base, { current: await putOnTop(database, previous, current) });
  return `version ${current.version} of the table was unreadable and set aside; what it held was taken from the log`;
}

/**
 * Commits a state again, with version numbers above those of the one that was set aside: a process that has that one
 * open must not mistake later versions for it.
 */
async function putOnTop(database: Database, state: BaseState, lost: BaseState): Promise<BaseState> {
  const versions = new Map<TableName, number>();
  for (const name of NAMES) {
    const version = versionOf(state, name);
    if (version === undefined) continue;
    const path = tablePath(database.location, name);
    const before = await listTableFiles(path);
    const table = await database.connection.openTable(name);
    try {
      let newest: number;
      do {
        await table.checkout(version);
        await table.restore();
        newest = await table.version();
      } while (newest <= (versionOf(lost, name) ?? 0));
      versions.set(name, newest);
    } finally {
      table.close();
    }
    await syncNewFiles(path, before);
  }
  const { history } = state;
  const version = versions.get(HISTORY_NAME);
  return {
    ...state,
    version: versions.get(TABLE_NAME) ?? state.version,
    ...(history && version !== undefined && { history: { ...history, version } }),
  };
}

/** Whether the tables of a state were written completely and can be opened. */
export async function isReadable(database: Database, state: BaseState): Promise<boolean> {
  try {
    // LanceDB takes a manifest of zeros for an empty table, so completeness is checked first.
    if (!(await areComplete(database, state))) return false;
    for (const name of NAMES) {
      const version = versionOf(state, name);
      if (version !== undefined) (await database.openVersion(version, name)).close();
    }
    return true;
  } catch (error) {
    if (isSystemError(error) && !isVanishedVersion(error)) throw error;
    return false;
  }
}

/** Whether the tables of a state were written to their ends. */
async function areComplete({ location }: Database, state: BaseState): Promise<boolean> {
  for (const name of NAMES) {
    const version = versionOf(state, name);
    if (version === undefined) continue;
    if (!(await isManifestComplete(tablePath(location, name), version))) return false;
  }
  return true;
}

/**
 * Commits the published version again on top of newer ones; returns whether these could be read, which that requires.
 */
async function restore(
  { connection, location }: Database,
  name: TableName,
  newer: readonly number[],
  published: number,
): Promise<boolean> {
  for (const version of newer) {
    if (!(await isManifestComplete(tablePath(location, name), version))) return false;
  }
  try {
    const path = tablePath(location, name);
    const before = await listTableFiles(path);
    const table = await connection.openTable(name);
    try {
      await table.checkout(published);
      await table.restore();
    } finally {
      table.close();
    }
    // If nothing is written afterwards, this version may be published as it is.
    await syncNewFiles(path, before);
    return true;
  } catch (error) {
    // A disk that is full or fails is no reason to move anything: others may have these versions open.
    if (isSystemError(error)) throw error;
    return false;
  }
}

/** `undefined`: there was no such table. */
function versionOf({ version, history }: BaseState, name: TableName): number | undefined {
  return name === TABLE_NAME ? version : history?.version;
}

async function versionsAfter(
  { location }: Database,
  name: TableName,
  version: number,
): Promise<number[]> {
  const versions = await listVersions(tablePath(location, name));
  return versions.filter((each) => each > version);
}

async function setAside(
  { location }: Database,
  name: TableName,
  versions: readonly number[],
): Promise<void> {
  if (versions.length === 0) return;
  const table = tablePath(location, name);
  const { setAside: folder } = location;
  await mkdir(folder, { recursive: true });
  for (const version of versions) {
    const path = manifestPath(table, version);
    await rename(path, join(folder, `${randomUUID()}-${basename(path)}`));
  }
  await syncDirectory(join(table, "_versions"));
}

/**
 * Moves older versions with incomplete manifests out of the way, which a power cut may leave: LanceDB cleans up nothing
 * unless it can read all versions. Call it under the store's lock.
 */
export async function setAsideDamaged(database: Database, published: BaseState): Promise<void> {
  for (const name of NAMES) {
    const newest = versionOf(published, name);
    if (newest === undefined) continue;
    const path = tablePath(database.location, name);
    const damaged: number[] = [];
    for (const version of await listVersions(path)) {
      if (version < newest && !(await isManifestComplete(path, version))) damaged.push(version);
    }
    await setAside(database, name, damaged);
  }
}

/** Removes files that a killed process left unfinished. Call it under the store's lock. */
export async function removeTemporaryFiles(files: TableFiles): Promise<void> {
  for (const [folder, names] of files) {
    for (const name of names) {
      if (isTemporary(name)) await rm(join(folder, name), { force: true });
    }
  }
}
