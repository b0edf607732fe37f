import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LongTermHarness, LongTermOptions } from "@mem/contract";
import { createLanceDbStore, type LanceDbStoreOptions } from "../src/index.ts";

/** A store in a folder of its own. */
export async function openHarness(
  options: LongTermOptions,
  more: Pick<LanceDbStoreOptions, "history"> = {},
): Promise<LongTermHarness> {
  const folder = await mkdtemp(join(tmpdir(), "mem-lancedb-"));
  const another = async (given: LongTermOptions = options) =>
    createLanceDbStore({ uri: join(folder, "store"), ...more, ...given });
  let store = await another();
  return {
    store,
    another,
    async reopen(given) {
      await store.close();
      return (store = await another(given));
    },
    async markAsNewer() {
      await store.close();
      await writeFile(join(folder, "store", "store.json"), '{ "format": 99, "analyzer": "?" }');
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
