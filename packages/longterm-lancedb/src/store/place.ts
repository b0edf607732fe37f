import { checkId, MemoryError, systemClock } from "@mem/core";
import type { Place } from "./engine.ts";
import { locate } from "../folder/location.ts";
import { LogPlace } from "../folder/log-place.ts";
import { objectAddress } from "../objects/object-address.ts";
import { ObjectPlace } from "../objects/object-place.ts";
import { checkBytes, checkRetention, checkStoreOptions } from "./option-checks.ts";
import type { LanceDbStoreOptions } from "./options.ts";
import { CurrentEmbedder } from "../vectors/current-embedder.ts";

/** The place of a store, according to its options. */
export function placeOf(options: LanceDbStoreOptions): Place {
  checkStoreOptions(options);
  const { uri, embedder, language = "english", clock = systemClock, storageOptions } = options;
  const maxUnflushedBytes = checkBytes(options, "maxUnflushedBytes", 64 << 20);
  const cacheBytes = checkBytes(options, "cacheBytes", 16 << 20);
  const historyDays = checkRetention(options);
  const current = new CurrentEmbedder(embedder);
  const address = objectAddress(checkId(uri, "options.uri"));
  if (address !== undefined) {
    if (historyDays !== undefined) throw noHistory();
    const location = { uri: address, storageOptions: { ...storageOptions } };
    return new ObjectPlace({ location, language, embedder: current, cacheBytes, clock });
  }
  if (storageOptions !== undefined) {
    throw new MemoryError(
      "MEM_INVALID_ARGUMENT",
      "options.storageOptions are for object stores, and options.uri is a path",
      { path: "options.storageOptions" },
    );
  }
  const location = locate(uri);
  return new LogPlace({
    location,
    language,
    embedder: current,
    maxUnflushedBytes,
    cacheBytes,
    historyDays,
    clock,
  });
}

function noHistory(): MemoryError {
  return new MemoryError(
    "MEM_UNSUPPORTED",
    "options.history is for stores in a folder; in object stores there is no history",
    { path: "options.history" },
  );
}
