import { join, resolve } from "node:path";
import { LogError, makeDirectory, refuseNetworkFileSystem } from "@mem/append-log";
import { MemoryError } from "@mem/core";

/** The table of current entries. */
export const TABLE_NAME = "memory";
/** The table of former states, in stores that keep a history. */
export const HISTORY_NAME = "history";

export type TableName = typeof TABLE_NAME | typeof HISTORY_NAME;

/** The paths of a store's parts. */
export interface StoreLocation {
  /** The store's folder, absolute. */
  readonly folder: string;
  /** LanceDB's table of entries, inside the folder. */
  readonly table: string;
  /** LanceDB's table of former states; missing in stores that keep no history. */
  readonly history: string;
  /** The store's description: its format, its analyzer, how long it keeps a history. */
  readonly description: string;
  /** The log that all changes go to first. */
  readonly log: string;
  /** Which version of the table belongs to which position in the log. */
  readonly base: string;
  /** Versions of the table that long reads are using. */
  readonly pins: string;
  /** Vectors of another embedder, until the store switches to it. */
  readonly reembedding: string;
  /** Held while those vectors are made; beside the folder, like `lock`. */
  readonly reembeddingLock: string;
  /** Unreadable table versions that were moved out of the way. */
  readonly setAside: string;
  /** Beside the folder, because the lock must not lie where files are walked or copied. */
  readonly lock: string;
}

/** Resolves a store's folder. */
export function locate(path: string): StoreLocation {
  const folder = resolve(path);
  return {
    folder,
    table: join(folder, `${TABLE_NAME}.lance`),
    history: join(folder, `${HISTORY_NAME}.lance`),
    description: join(folder, "store.json"),
    log: join(folder, "log"),
    base: join(folder, "base.json"),
    pins: join(folder, "pins"),
    reembedding: join(folder, "reembedding.vectors"),
    reembeddingLock: `${folder}.reembedding.lock`,
    setAside: join(folder, "set-aside"),
    lock: `${folder}.lock`,
  };
}

/** The folder of a table. */
export function tablePath({ table, history }: StoreLocation, name: TableName): string {
  return name === TABLE_NAME ? table : history;
}

/** Creates the store's folder if it is missing; refuses file systems whose locks and flushes are unreliable. */
export async function prepareFolder({ folder }: StoreLocation): Promise<void> {
  await makeDirectory(folder, true);
  try {
    await refuseNetworkFileSystem(folder);
  } catch (cause) {
    if (!(cause instanceof LogError) || cause.code !== "LOG_FILE_SYSTEM") throw cause;
    throw new MemoryError("MEM_UNSUPPORTED", cause.message, { cause, path: "options.uri" });
  }
}
