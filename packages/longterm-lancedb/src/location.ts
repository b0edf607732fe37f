import { join, resolve } from "node:path";
import { LogError, makeDirectory, refuseNetworkFileSystem } from "@mem/append-log";
import { checkId, MemoryError } from "@mem/core";

/** The name of the one table in a store's folder. */
export const TABLE_NAME = "memory";

/** Where the parts of a store lie. */
export interface StoreLocation {
  /** The store's folder, absolute. */
  readonly folder: string;
  /** LanceDB's table in it. */
  readonly table: string;
  /** What the store is: its format, its analyzer, its embedder. */
  readonly description: string;
  /** The log that all changes go to first. */
  readonly log: string;
  /** Which version of the table belongs to which place in the log. */
  readonly base: string;
  /** Versions of the table that are being read for long. */
  readonly pins: string;
  /** Table versions that could not be read and were moved out of the way. */
  readonly setAside: string;
  /** Beside the folder, because the lock must not lie where files are walked or copied. */
  readonly lock: string;
}

/** Resolves a store's folder. Throws `MEM_UNSUPPORTED` for addresses that are no local path. */
export function locate(uri: string): StoreLocation {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(checkId(uri, "options.uri"))?.[1];
  if (scheme !== undefined) {
    throw new MemoryError(
      "MEM_UNSUPPORTED",
      `options.uri names ${scheme}:// storage; only a folder on a local disk gives the promised durability`,
      { path: "options.uri" },
    );
  }
  const folder = resolve(uri);
  return {
    folder,
    table: join(folder, `${TABLE_NAME}.lance`),
    description: join(folder, "store.json"),
    log: join(folder, "log"),
    base: join(folder, "base.json"),
    pins: join(folder, "pins"),
    setAside: join(folder, "set-aside"),
    lock: `${folder}.lock`,
  };
}

/** Makes the store's folder where it is missing; refuses file systems whose locks and flushes can't be relied on. */
export async function prepareFolder({ folder }: StoreLocation): Promise<void> {
  await makeDirectory(folder, true);
  try {
    await refuseNetworkFileSystem(folder);
  } catch (cause) {
    if (!(cause instanceof LogError) || cause.code !== "LOG_FILE_SYSTEM") throw cause;
    throw new MemoryError("MEM_UNSUPPORTED", cause.message, { cause, path: "options.uri" });
  }
}
