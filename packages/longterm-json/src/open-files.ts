import type { Health } from "@mem/core";
import { createAnalyzer, loadLanguage } from "@mem/search";
import type { Catalog } from "./catalog.ts";
import { folderRefusal } from "./folder-access.ts";
import type { Settings } from "./options.ts";
import { Search } from "./search.ts";
import { Storage } from "./storage.ts";
import { Vectors } from "./vectors.ts";

/** What a store works with once its files are open. */
export interface OpenFiles {
  readonly storage: Storage;
  readonly catalog: Catalog;
  readonly vectors: Vectors;
  readonly search: Search;
  health(): Promise<Pick<Health, "status" | "messages" | "details">>;
  close(): Promise<void>;
}

export async function openFiles(settings: Settings): Promise<OpenFiles> {
  const { path, embedder, clock, maxBytes } = settings;
  const analyzer = createAnalyzer({ language: await loadLanguage(settings.language) });
  const storage = await Storage.open(path, analyzer, clock);
  const { catalog } = storage;
  try {
    const vectors = await Vectors.open(path, embedder, clock, catalog);
    return {
      storage,
      catalog,
      vectors,
      search: new Search(catalog, analyzer, vectors, clock),
      async health() {
        const refusal = await folderRefusal(path);
        const unwritable =
          refusal === undefined ? [] : [`nothing can be written: ${refusal.message}`];
        const messages = [...unwritable, ...vectors.troubles];
        const { current } = vectors;
        return {
          status: messages.length === 0 ? "ok" : "degraded",
          messages,
          details: {
            path,
            bytes: catalog.bytes,
            maxBytes,
            ...(current && { pendingVectors: current.pendingIn(catalog.everywhere()) }),
          },
        };
      },
      async close() {
        // The lock is released last: until then, nobody else may write the vectors either.
        await storage.finish();
        try {
          await vectors.close();
        } finally {
          storage.release();
        }
      },
    };
  } catch (error) {
    storage.release();
    throw error;
  }
}
