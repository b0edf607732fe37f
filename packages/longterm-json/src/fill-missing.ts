import { isMemoryError } from "@mem/core";
import type { CheckedEmbedder } from "./checked-embedder.ts";
import type { TextVectors } from "./text-vectors.ts";

/** Texts in one request. */
const BATCH = 64;

/**
 * Has every missing vector made. A text that the embedder refuses does not keep the others from theirs: smaller and
 * smaller batches find it, and it is left for the next time. Rejects when anything is left.
 */
export async function fillMissing(
  vectors: TextVectors,
  embedder: CheckedEmbedder,
  signal: AbortSignal,
): Promise<void> {
  const refused = new Set<string>();
  let refusal: unknown;
  let refusedInARow = 0;
  let size = BATCH;
  for (;;) {
    const texts = [...vectors.missing].filter((text) => !refused.has(text)).slice(0, size);
    const [first] = texts;
    if (first === undefined) break;
    try {
      const made = await embedder.embed(texts, "document", signal);
      for (const [i, text] of texts.entries()) vectors.set(text, made[i] as Float32Array);
      refusedInARow = 0;
      size = Math.min(size * 2, BATCH);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      size = Math.ceil(texts.length / 2);
      if (texts.length > 1) continue;
      refusal = error;
      refusedInARow += 1;
      // It is not the texts: whatever it is given, it refuses.
      if (refusedInARow > 1) throw error;
      refused.add(first);
      vectors.postpone(first);
    }
  }
  if (refusal !== undefined) throw refusal;
}

/** Whether trying again is no use: the service is up, and does not want what it was given. */
function isRefusal(error: unknown): boolean {
  return isMemoryError(error, "MEM_EMBEDDING") && !error.retryable;
}
