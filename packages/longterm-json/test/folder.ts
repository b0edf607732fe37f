import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock, Embedder, LongTermStore } from "@mem/core";
import { createJsonStore } from "../src/json-store.ts";

export interface Folder extends AsyncDisposable {
  /** Where the store's file is. */
  readonly file: string;
  readonly vectorFile: string;
  open(options?: OpenOptions): LongTermStore;
  names(): Promise<string[]>;
  content(): Promise<string>;
}

interface OpenOptions {
  readonly embedder?: Embedder;
  readonly clock?: Clock;
  readonly maxBytes?: number;
}

/** An empty folder that is removed at the end of the block, after the stores on it are closed. */
export async function temporaryFolder(): Promise<Folder> {
  const folder = await mkdtemp(join(tmpdir(), "mem-json-"));
  const file = join(folder, "memory.json");
  const stores: LongTermStore[] = [];
  return {
    file,
    vectorFile: join(folder, "memory.vectors.json"),
    open(options) {
      const store = createJsonStore({ path: file, ...options });
      stores.push(store);
      return store;
    },
    names: async () => (await readdir(folder)).toSorted(),
    content: () => readFile(file, "utf8"),
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(stores.map((store) => store.close()));
      await rm(folder, { recursive: true });
    },
  };
}
