import { createCachedEmbedder, throwIfAborted, type Embedder, type MemoryError } from "@mem/core";
import { createDiskEmbedder } from "./disk-embedder.ts";
import { resolveOptions } from "./option-checks.ts";
import { SharedVectors } from "./shared-vectors.ts";

export interface EmbedderCacheOptions {
  /** The embedder that is asked for vectors that are not in the cache. */
  readonly embedder: Embedder;
  /** The cache's folder, on a local disk; created at the first text. Several processes and embedders may share it. */
  readonly dir: string;
  /**
   * Maximum size of the folder, in bytes, at least 1,048,576; beyond it, the least recently used vectors are dropped. A
   * vector of 1,536 numbers takes 8,300 bytes. Default 536,870,912.
   */
  readonly maxBytes?: number;
}

export interface EmbedderCacheStats {
  /** Texts answered without asking the embedder, since this process opened the cache. */
  readonly hits: number;
  /** Texts that the embedder was asked for. */
  readonly misses: number;
  /** Vectors on disk, as far as this process has read. */
  readonly entries: number;
  /** Why opening, reading or writing the folder failed last time; the embedder was asked instead. */
  readonly failure?: MemoryError;
}

/** An embedder that keeps vectors on disk, so that no text is paid for twice. */
export interface EmbedderCache extends Embedder, AsyncDisposable {
  stats(): EmbedderCacheStats;
  /** Closes the files; `embed` then rejects with `MEM_CLOSED`. Not needed before the process ends. */
  close(): Promise<void>;
}

/**
 * Wraps an embedder so that no text is paid for twice: vectors are kept on disk by model, length, kind and the SHA-256
 * of the text, never the text itself. A text that several calls ask for at the same time is sent once.
 *
 * Nothing is opened before the first text. `embed` rejects as the embedder does. A failure of the folder does not fail
 * `embed`: the embedder is asked instead, and the failure is reported in `stats().failure` and on the
 * `node:diagnostics_channel` channel `mem:failure`.
 */
export function createEmbedderCache(options: EmbedderCacheOptions): EmbedderCache {
  const { embedder, dir, maxBytes } = resolveOptions(options);
  const { model, dimensions, weight } = embedder;
  const shared = new SharedVectors({ dir, maxBytes, dimensions });
  let asked = 0;
  let misses = 0;

  // Also merges concurrent calls: a text in several of them is looked up and sent once.
  const inMemory = createCachedEmbedder(
    createDiskEmbedder(embedder, shared, (count) => {
      misses += count;
    }),
  );
  return {
    model,
    dimensions,
    weight,
    async embed(texts, request) {
      shared.throwIfClosed();
      throwIfAborted(request.signal);
      asked += texts.length;
      return await inMemory.embed(texts, request);
    },
    stats() {
      const { size: entries, failure } = shared;
      const hits = asked - misses;
      return { hits, misses, entries, ...(failure !== undefined && { failure }) };
    },
    close: () => shared.close(),
    [Symbol.asyncDispose]: () => shared.close(),
  };
}
