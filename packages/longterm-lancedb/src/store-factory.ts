import type { LongTermStore } from "@mem/core";
import { createStoreAt } from "./lancedb-store.ts";
import type { LanceDbStoreOptions } from "./store/options.ts";
import { placeOf } from "./store/place.ts";

/**
 * Makes a long-term store on LanceDB. Nothing is loaded, opened or created before the first call.
 *
 * In a folder, acknowledged writes survive kill -9 and power loss, and any number of processes on one machine may share
 * the store. In an object store, a write is acknowledged when the provider has stored it, and any number of machines
 * may share the store; a save takes tenths of a second there. Throws `MEM_INVALID_ARGUMENT` for bad options, and
 * `MEM_UNSUPPORTED` for any other address.
 */
export function createLanceDbStore(options: LanceDbStoreOptions): LongTermStore {
  return createStoreAt(placeOf(options), options);
}
