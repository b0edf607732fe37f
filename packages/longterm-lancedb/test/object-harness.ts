import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LongTermHarness, LongTermOptions } from "@mem/contract";
import { systemClock, type LongTermStore } from "@mem/core";
import { createStoreAt } from "../src/lancedb-store.ts";
import { ObjectDatabase, type ObjectLocation } from "../src/objects/object-database.ts";
import { CurrentEmbedder } from "../src/vectors/current-embedder.ts";
import { ObjectPlace } from "../src/objects/object-place.ts";

/**
 * The object store of the tests: a folder that LanceDB treats as one, with the disk's create-if-absent instead of a
 * conditional PUT; or a real one, given by its address and by LanceDB's storage options as JSON.
 */
const REAL_URI = process.env["MEM_OBJECT_STORE_URI"];
const REAL_OPTIONS = process.env["MEM_OBJECT_STORE_OPTIONS"] ?? "{}";

/** Whether the tests run on a real object store. */
export const isRemote: boolean = REAL_URI !== undefined;

/** A new location. */
export async function newLocation(): Promise<ObjectLocation> {
  if (REAL_URI !== undefined) {
    const storageOptions = JSON.parse(REAL_OPTIONS) as Record<string, string>;
    return { uri: `${REAL_URI}/${randomUUID()}`, storageOptions };
  }
  const folder = await mkdtemp(join(tmpdir(), "mem-objects-"));
  return { uri: `file-object-store://${folder}`, storageOptions: {} };
}

export async function removeLocation(location: ObjectLocation): Promise<void> {
  const { connection } = await ObjectDatabase.connect(location);
  for (const name of await connection.tableNames()) await connection.dropTable(name);
  connection.close();
  if (REAL_URI !== undefined) return;
  await rm(folderOf(location), { recursive: true, force: true });
}

/** The folder that has the files of a local location. */
export function folderOf({ uri }: ObjectLocation): string {
  return uri.slice("file-object-store://".length);
}

/** Opens a store that commits directly, wherever the location is. */
export function openObjectStore(
  location: ObjectLocation,
  options: LongTermOptions = {},
): LongTermStore {
  const place = new ObjectPlace({
    location,
    language: "english",
    embedder: new CurrentEmbedder(options.embedder),
    cacheBytes: 1 << 20,
    clock: systemClock,
  });
  return createStoreAt(place, { uri: location.uri, ...options });
}

export async function openObjectHarness(options: LongTermOptions): Promise<LongTermHarness> {
  const location = await newLocation();
  let store = openObjectStore(location, options);
  return {
    store,
    another: async () => openObjectStore(location, options),
    async reopen(given = options) {
      await store.close();
      return (store = openObjectStore(location, given));
    },
    async markAsNewer() {
      await store.close();
      const { connection } = await ObjectDatabase.connect(location);
      const table = await connection.openTable("store");
      await table.update({ values: { description: '{ "format": 99, "analyzer": "?" }' } });
      table.close();
      connection.close();
    },
    [Symbol.asyncDispose]: () => removeLocation(location),
  };
}
