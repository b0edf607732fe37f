import { join } from "node:path";
import { createCachedEmbedder, type Embedder } from "@mem/core";
import { ifInstalled, installed } from "./installed.ts";
import type { MemorySettings } from "./settings.ts";

export interface OpenedEmbedder {
  /** Absent: the settings have no embedder, or turn vector search off. */
  readonly embedder?: Embedder;
  /** Closes the files of its cache. Call it after everything that uses it is closed. */
  close(): Promise<void>;
}

/** The embedder from the settings, with a cache so that no text is paid for twice. */
export async function openEmbedder(settings: MemorySettings): Promise<OpenedEmbedder> {
  const { embedder: wanted, enableVectorSearch, cacheEnabled, maxCacheSize } = settings;
  if (wanted === undefined || !enableVectorSearch) return { close: async () => {} };
  const { createOpenAiEmbedder } = await installed(
    "@mem/embedder-openai",
    "OPENAI_API_KEY or OPENAI_BASE_URL",
    () => import("@mem/embedder-openai"),
  );
  const embedder = createOpenAiEmbedder({ ...wanted, apiKey: wanted.apiKey.reveal() });
  if (!cacheEnabled) return { embedder, close: async () => {} };
  // No setting asks for vectors on disk: where the package is not installed, they are kept in this process alone.
  const cache = await ifInstalled("@mem/embedder-cache", () => import("@mem/embedder-cache"));
  const dir = join(settings.embeddingsDir, "embedding_cache");
  const onDisk = cache?.createEmbedderCache({ embedder, dir });
  return {
    embedder: createCachedEmbedder(onDisk ?? embedder, { maxEntries: maxCacheSize }),
    close: async () => onDisk?.close(),
  };
}

interface Closable {
  close(): Promise<void>;
}

/** Closes the second whenever the first has been closed. */
export function closingAfter<T extends Closable>(first: T, other: Closable): T {
  const closeFirst = first.close.bind(first);
  return Object.assign(first, {
    async close(): Promise<void> {
      try {
        await closeFirst();
      } finally {
        await other.close();
      }
    },
  });
}
