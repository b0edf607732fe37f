import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LongTermHarness, LongTermOptions } from "@mem/contract";
import { createJsonStore } from "../src/json-store.ts";

/** A store in a temporary folder. */
export async function openHarness(options: LongTermOptions): Promise<LongTermHarness> {
  const folder = await mkdtemp(join(tmpdir(), "mem-json-"));
  const path = join(folder, "memory", "long_term_memory.json");
  let opened = options;
  let store = createJsonStore({ path, ...opened });
  return {
    store,
    async reopen(changed = opened) {
      await store.close();
      opened = changed;
      store = createJsonStore({ path, ...opened });
      return store;
    },
    another: async () => createJsonStore({ path, ...opened }),
    async markAsNewer() {
      await store.close();
      const content = await readFile(path, "utf8");
      await writeFile(path, content.replace('"formatVersion": 1', '"formatVersion": 2'));
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
