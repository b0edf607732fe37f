import { mkdir, statfs } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { syncDirectory } from "@mem/append-log";
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
  /** The newest version of the table that has reached the disk. */
  readonly acknowledged: string;
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
    acknowledged: join(folder, "acknowledged"),
    setAside: join(folder, "set-aside"),
    lock: `${folder}.lock`,
  };
}

/** Makes the store's folder where it is missing; refuses file systems whose locks and flushes can't be relied on. */
export async function prepareFolder({ folder }: StoreLocation): Promise<void> {
  const network = await networkFileSystem(folder);
  if (network !== undefined) {
    throw new MemoryError(
      "MEM_UNSUPPORTED",
      `${folder} is on a network file system (${network}), whose locks and flushes can't be relied on; use a local disk`,
      { path: "options.uri" },
    );
  }
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) {
    await syncDirectory(dirname(made));
  }
}

// The f_type of Linux's statfs(2); other systems number theirs otherwise and are not judged.
const NETWORK_TYPES: ReadonlyMap<number, string> = new Map([
  [0x69_69, "NFS"],
  [0x51_7b, "SMB"],
  [0xff_53_4d_42, "CIFS"],
  [0xfe_53_4d_42, "SMB 2"],
  [0x01_02_19_97, "9P"],
  [0x53_46_41_4f, "AFS"],
  [0x00_c3_64_00, "Ceph"],
  [0x0b_d0_0b_d0, "Lustre"],
  [0x47_50_46_53, "GPFS"],
]);

/** The kind of network file system that the path, or what there is of it, lies on. */
async function networkFileSystem(path: string): Promise<string | undefined> {
  if (process.platform !== "linux") return undefined;
  for (;;) {
    try {
      const { type } = await statfs(path);
      return NETWORK_TYPES.get(type >>> 0);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT" || path === dirname(path)) throw error;
      path = dirname(path);
    }
  }
}
