import { isMemoryError, vectorsBefore, type Embedder, type MemoryError } from "@mem/core";
import { embedChecked, faultOf } from "./embedding.ts";

/** If this many texts fail one after the other and none gets its vector, the texts are not the cause. */
const MOST_IN_VAIN = 8;

/** The result for texts that were requested together. */
export interface EmbeddedTexts {
  /** The vectors that were made, by text. */
  readonly vectors: ReadonlyMap<string, Float32Array>;
  /** Why others are missing; absent: none are. */
  readonly failure?: MemoryError;
  /** Whether that is because the embedder refuses these very texts. */
  readonly areRefused?: boolean;
}

/**
 * Embeds texts, and keeps the vectors that were made if that fails on the way. If the embedder does not say by `path`
 * which text it refuses, it is asked for one text after the other. Rejects only with `MEM_ABORTED`.
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

/** One text that the embedder refuses must not keep the others from getting their vectors. */
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

/** Whether the embedder may have failed because of a text, so that asking again would be in vain. */
function isOfText(error: MemoryError): boolean {
  return !error.retryable && (error.code === "MEM_EMBEDDING" || error.code === "MEM_DIMENSION");
}
