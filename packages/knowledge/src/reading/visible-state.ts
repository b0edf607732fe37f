import { MemoryError, throwIfAborted, type CallOptions, type LongTermStore } from "@mem/core";
import { readManifest, showTheSame, type Manifest } from "../shelf/manifest.ts";
import type { Shelf } from "../shelf/shelf.ts";

/** How often an answer is retried while one ingest after the other is published. */
const ATTEMPTS = 100;

/**
 * Answers a question about one published state. An answer takes several reads and counts only if the same state was
 * published before and after them. Nothing of that state is deleted before another is published.
 */
export async function readVisible<T>(
  store: LongTermStore,
  shelf: Shelf,
  options: CallOptions | undefined,
  read: (manifest: Manifest) => Promise<T>,
): Promise<T> {
  let manifest = await readManifest(store, shelf, options);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const before = manifest;
    const outcome = await settled(read(before));
    manifest = await readManifest(store, shelf, options);
    if (showTheSame(before, manifest)) return outcome();
    throwIfAborted(options?.signal);
  }
  throw new MemoryError(
    "MEM_CONFLICT",
    "the knowledge was changed again and again while it was read; read it again",
  );
}

/** If the state has changed meanwhile, an error counts as little as an answer. */
async function settled<T>(answer: Promise<T>): Promise<() => T> {
  try {
    const value = await answer;
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
