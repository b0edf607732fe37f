import {
  isMemoryError,
  MemoryError,
  throwIfAborted,
  type Embedder,
  type EmbedOptions,
} from "@mem/core";

/**
 * Somebody waits for a query, and keywords may do instead. Documents have longer than the deadlines of service
 * embedders themselves, so that the vectors that these still return when they give up are not lost.
 */
const DEADLINE_MS = { query: 10_000, document: 90_000 } as const;

/**
 * Calls an embedder without trusting it to answer, to heed the signal, or to return correct vectors.
 * Rejects with `MEM_EMBEDDING`, `MEM_DIMENSION` or `MEM_ABORTED`.
 */
export async function embedChecked(
  embedder: Embedder,
  texts: readonly string[],
  kind: EmbedOptions["kind"],
  signal?: AbortSignal,
): Promise<Float32Array[]> {
  throwIfAborted(signal);
  // Not `AbortSignal.timeout`: its timer, and what waits for it, would live on until the deadline after each answer.
  const ended = new AbortController();
  const stop = (): void => ended.abort(signal?.reason);
  const deadline = setTimeout(stop, DEADLINE_MS[kind]).unref();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    const asked = embedder.embed(texts, { kind, signal: ended.signal });
    return checked(embedder, await orAborted(asked, ended.signal), texts.length);
  } catch (error) {
    if (signal?.aborted === true) throw aborted(signal);
    const late = ended.signal.aborted;
    if (isMemoryError(error) && !late) throw error;
    const what = late ? `did not answer in ${DEADLINE_MS[kind] / 1000} seconds` : "failed";
    throw new MemoryError(
      "MEM_EMBEDDING",
      `the embedder ${JSON.stringify(embedder.model)} ${what}`,
      { cause: error },
    );
  } finally {
    clearTimeout(deadline);
    signal?.removeEventListener("abort", stop);
  }
}

function checked(embedder: Embedder, vectors: Float32Array[], expected: number): Float32Array[] {
  const name = JSON.stringify(embedder.model);
  if (!Array.isArray(vectors) || vectors.length !== expected) {
    throw wrong(`the embedder ${name} did not answer with one vector for each text`);
  }
  for (const vector of vectors) {
    const fault = faultOf(embedder, vector);
    if (fault !== undefined) throw fault;
  }
  return vectors;
}

/** What is wrong with a vector; `undefined`: nothing. */
export function faultOf(
  { model, dimensions }: Embedder,
  vector: Float32Array,
): MemoryError | undefined {
  const name = JSON.stringify(model);
  if (vector.length !== dimensions) {
    return new MemoryError(
      "MEM_DIMENSION",
      `the embedder ${name} answered with ${vector.length} dimensions and declares ${dimensions}`,
    );
  }
  if (!vector.every(Number.isFinite)) {
    return wrong(`the embedder ${name} answered with a number that is not finite`);
  }
  if (vector.every((x) => x === 0)) {
    return wrong(`the embedder ${name} answered with a vector of zeros, which has no direction`);
  }
  return undefined;
}

/** Not retryable: the same request would get the same answer. */
function wrong(message: string): MemoryError {
  return new MemoryError("MEM_EMBEDDING", message, { retryable: false });
}

/** The promise's result, unless the signal fires first: then it rejects with `MEM_ABORTED`. */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(aborted(signal));
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await Promise.race([promise, ended]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function aborted(signal: AbortSignal): MemoryError {
  return new MemoryError("MEM_ABORTED", "the call was aborted while it waited", {
    cause: signal.reason,
  });
}
