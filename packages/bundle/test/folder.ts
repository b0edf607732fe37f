import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Embedder, LongTermStore } from "@mem/core";
import { createJsonStore } from "@mem/longterm-json";

export interface Folder extends AsyncDisposable {
  /** Where a bundle may be. */
  readonly bundle: string;
  /** An empty store, closed at the end of the block. */
  store(options?: { readonly embedder?: Embedder; readonly maxBytes?: number }): LongTermStore;
  /** A store that is closed at the end of the block as well. */
  keep<S extends LongTermStore>(store: S): S;
  path(name: string): string;
  names(): Promise<string[]>;
  /** The lines of the bundle, without line feeds. */
  lines(path?: string): Promise<string[]>;
  writeLines(lines: readonly string[]): Promise<void>;
}

/** An empty folder that is removed at the end of the block. */
export async function temporaryFolder(): Promise<Folder> {
  const folder = await mkdtemp(join(tmpdir(), "mem-bundle-"));
  const bundle = join(folder, "memory.jsonl");
  const stores: LongTermStore[] = [];
  const keep = <S extends LongTermStore>(store: S): S => {
    stores.push(store);
    return store;
  };
  return {
    bundle,
    keep,
    store: (options) =>
      keep(createJsonStore({ path: join(folder, `store-${stores.length}.json`), ...options })),
    path: (name) => join(folder, name),
    names: async () => (await readdir(folder)).filter((name) => !name.startsWith("store-")),
    async lines(path = bundle) {
      return (await readFile(path, "utf8")).trimEnd().split("\n");
    },
    writeLines: (lines) => writeFile(bundle, lines.map((line) => `${line}\n`).join("")),
    async [Symbol.asyncDispose]() {
      await Promise.all(stores.map((store) => store.close()));
      await rm(folder, { recursive: true });
    },
  };
}
