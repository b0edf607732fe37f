import { open, readdir, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { syncDirectory } from "@mem/append-log";

/** The names in each folder of a table, the deepest folders first. */
export type TableFiles = ReadonlyMap<string, ReadonlySet<string>>;

const VERSIONS = "_versions";
const MANIFEST = /^(\d{20})\.manifest$/;
const MAX_VERSION = 2n ** 64n - 1n;
/** The end of every LanceDB file that was written completely. */
const MAGIC = "LANC";
const SYNCED_AT_ONCE = 16;

export async function listTableFiles(table: string): Promise<TableFiles> {
  const files = new Map<string, ReadonlySet<string>>();
  await list(table, files);
  return files;
}

async function list(folder: string, files: Map<string, ReadonlySet<string>>): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries) if (entry.isDirectory()) await list(join(folder, entry.name), files);
  files.set(folder, new Set(entries.map((entry) => entry.name)));
}

/** Syncs everything that is not in `before`, files first and then their folders; LanceDB does not. */
export async function syncNewFiles(table: string, before: TableFiles): Promise<void> {
  const after = await listTableFiles(table);
  const files: string[] = [];
  const folders: string[] = [];
  for (const [folder, names] of after) {
    const known = before.get(folder);
    const fresh = [...names].filter((name) => known?.has(name) !== true);
    if (fresh.length > 0) folders.push(folder);
    for (const name of fresh) {
      if (!after.has(join(folder, name)) && !isTemporary(name)) files.push(join(folder, name));
    }
  }
  for (let i = 0; i < files.length; i += SYNCED_AT_ONCE) {
    await Promise.all(files.slice(i, i + SYNCED_AT_ONCE).map(syncFile));
  }
  await Promise.all(folders.map(syncDirectory));
}

async function syncFile(path: string): Promise<void> {
  // Windows syncs only files that are open for writing.
  const file = await open(path, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Whether a file is one that LanceDB leaves behind when it is killed while writing. */
export function isTemporary(name: string): boolean {
  return name.startsWith(".tmp") || name.includes("#");
}

/** The table's versions, newest first; none if there is no table. */
export async function listVersions(table: string): Promise<number[]> {
  let names: string[];
  try {
    names = await readdir(join(table, VERSIONS));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  return names
    .flatMap((name) => {
      const digits = MANIFEST.exec(name)?.[1];
      return digits === undefined ? [] : [Number(MAX_VERSION - BigInt(digits))];
    })
    .toSorted((a, b) => b - a);
}

/** The manifest of a version. The names count down, so that the newest is listed first. */
export function manifestPath(table: string, version: number): string {
  const digits = String(MAX_VERSION - BigInt(version)).padStart(20, "0");
  return join(table, VERSIONS, `${digits}.manifest`);
}

/** Whether a version's manifest was written completely. */
export async function isManifestComplete(table: string, version: number): Promise<boolean> {
  const file = await openIfThere(manifestPath(table, version));
  if (file === undefined) return false;
  try {
    const { size } = await file.stat();
    if (size < MAGIC.length) return false;
    const tail = Buffer.alloc(MAGIC.length);
    await file.read(tail, 0, MAGIC.length, size - MAGIC.length);
    return tail.toString("latin1") === MAGIC;
  } finally {
    await file.close();
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
