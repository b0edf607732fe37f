import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeLongTermStore, type LongTermOptions } from "@mem/contract";
import { createLanceDbStore } from "../src/index.ts";

describeLongTermStore({
  name: "lancedb",
  async open(options) {
    const folder = await mkdtemp(join(tmpdir(), "mem-lancedb-"));
    const another = async (given: LongTermOptions = options) =>
      createLanceDbStore({ uri: join(folder, "store"), ...given });
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
  },
});
