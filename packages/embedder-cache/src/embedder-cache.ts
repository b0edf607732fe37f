import { createCachedEmbedder, MemoryError, throwIfAborted, type Embedder } from "@mem/core";
import { createDiskEmbedder } from "./disk-embedder.ts";
import { SharedVectors } from "./shared-vectors.ts";

export interface EmbedderCacheOptions {
  /** Who is asked for what is not in the cache. */
  readonly embedder: Embedder;
  /** The folder of the vectors, on a local disk; made by the first text. Several processes and embedders may share it. */
  readonly dir: string;
  /**
   * How large the folder may get, in bytes, at least 1,048,576: beyond it, what was not used for the longest time goes.
   * A vector of 1,536 numbers takes 8,300. Default 536,870,912.
   */
  readonly maxBytes?: number;
}

export interface EmbedderCacheStats {
  /** Texts that the embedder was not asked for, since this process opened the cache. */
  readonly hits: number;
  /** Texts that it was asked for. */
  readonly misses: number;
  /** Vectors on disk, as far as this process has looked. */
  readonly entries: number;
  /** Why the folder could not be opened, read or written the last time; the embedder was asked instead. */
  readonly failure?: MemoryError;
}

/** An embedder that asks for no text twice. */
export interface EmbedderCache extends Embedder, AsyncDisposable {
  stats(): EmbedderCacheStats;
  /** Closes the files; `embed` then rejects with `MEM_CLOSED`. A process that ends need not call it. */
  close(): Promise<void>;
}

const MIN_BYTES = 2 ** 20;
const DEFAULT_BYTES = 2 ** 29;

/**
 * Wraps an embedder so that no text is paid for twice: vectors are kept on disk by model, length, kind and the SHA-256
 * of the text, never the text itself. Texts that several calls ask for at once are sent once.
 *
 * Nothing is opened before the first text. `embed` rejects as the embedder does. Trouble with the folder keeps nobody from
 * the embedder: it is in `stats().failure`, and published on the channel `mem:failure` of `node:diagnostics_channel`.
 */
export function createEmbedderCache(options: EmbedderCacheOptions): EmbedderCache {
  const { embedder, dir, maxBytes = DEFAULT_BYTES } = options;
  if (typeof dir !== "string" || dir === "") throw invalid("dir", "has to be a folder's path");
  if (!Number.isSafeInteger(maxBytes) || maxBytes < MIN_BYTES) {
    throw invalid("maxBytes", `has to be a whole number of bytes, ${MIN_BYTES} or more`);
  }
  const { model, dimensions, weight } = embedder;
  const shared = new SharedVectors({ dir, maxBytes, dimensions });
  let asked = 0;
  let misses = 0;

  // Also has what several calls ask for at once looked up and sent once.
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

function invalid(option: string, problem: string): MemoryError {
  const path = `options.${option}`;
  return new MemoryError("MEM_INVALID_ARGUMENT", `${path} ${problem}`, { path });
}
