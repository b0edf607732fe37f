import { isMemoryError, vectorsBefore, type Embedder, type MemoryError } from "@mem/core";
import { embedChecked, faultOf } from "./embedding.ts";

/** Where so many fail one after the other and none gets its vector, it is not the texts. */
const MOST_IN_VAIN = 8;

/** What became of texts that were asked for together. */
export interface EmbeddedTexts {
  /** Those that there are, by text. */
  readonly vectors: ReadonlyMap<string, Float32Array>;
  /** Why others are missing; absent: none is. */
  readonly failure?: MemoryError;
  /** Whether that is because the embedder does not take these very texts. */
  readonly areRefused?: boolean;
}

/**
 * Has texts embedded, and keeps what was made where that fails on the way. An embedder that does not say by `path` which
 * text it refuses is asked for one after the other. Rejects with `MEM_ABORTED` alone.
 */
export async function embedTexts(
  embedder: Embedder,
  texts: readonly string[],
  signal: AbortSignal | undefined,
): Promise<EmbeddedTexts> {
  try {
    const made = await embedChecked(embedder, texts, "document", signal);
    return { vectors: byText(texts, made) };
  } catch (error) {
    if (!isMemoryError(error) || error.code === "MEM_ABORTED") throw error;
    const made = vectorsBefore(error).map((vector) =>
      vector === undefined || faultOf(embedder, vector) !== undefined ? undefined : vector,
    );
    const vectors = byText(texts, made);
    if (!isOfText(error)) return { vectors, failure: error };
    const isNamed = texts.some((_, i) => error.path === `texts[${i}]`);
    if (isNamed) {
      return { vectors, failure: error, areRefused: vectors.size > 0 || texts.length === 1 };
    }
    return texts.length === 1
      ? { vectors, failure: error }
      : await embedOneByOne({ embedder, texts, signal }, vectors, error);
  }
}

interface Asked {
  readonly embedder: Embedder;
  readonly texts: readonly string[];
  readonly signal: AbortSignal | undefined;
}

/** One text that the embedder does not take shall not keep the others from their vectors. */
async function embedOneByOne(
  { embedder, texts, signal }: Asked,
  vectors: Map<string, Float32Array>,
  failure: MemoryError,
): Promise<EmbeddedTexts> {
  let refused = 0;
  for (const text of texts) {
    if (vectors.has(text)) continue;
    try {
      const [vector] = await embedChecked(embedder, [text], "document", signal);
      if (vector !== undefined) vectors.set(text, vector);
    } catch (reason) {
      if (!isMemoryError(reason) || reason.code === "MEM_ABORTED") throw reason;
      if (!isOfText(reason)) return { vectors, failure: reason };
      refused++;
      if (vectors.size === 0 && refused === MOST_IN_VAIN) break;
    }
  }
  if (refused === 0) return { vectors };
  return { vectors, failure, areRefused: vectors.size > 0 };
}

function byText(
  texts: readonly string[],
  vectors: readonly (Float32Array | undefined)[],
): Map<string, Float32Array> {
  const pairs = texts.flatMap((text, i) => {
    const vector = vectors[i];
    return vector === undefined ? [] : [[text, vector] as const];
  });
  return new Map(pairs);
}

/** Whether it may be for a text that the embedder fails, and asking again would be in vain. */
function isOfText(error: MemoryError): boolean {
  return !error.retryable && (error.code === "MEM_EMBEDDING" || error.code === "MEM_DIMENSION");
}
