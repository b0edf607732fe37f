import { MemoryError, type EmbeddingLimits } from "@mem/core";
import type { AiSdkEmbeddingModel } from "./embedding-model.ts";

export interface ModelBounds extends EmbeddingLimits {
  readonly batchSize: number;
  readonly concurrency: number;
}

/** The limits of a model, at most those given. The model may have to fetch them, within `ms` milliseconds. */
export async function boundsOf(
  model: AiSdkEmbeddingModel,
  { batchSize, concurrency }: ModelBounds,
  ms: number,
): Promise<ModelBounds> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), ms);
  try {
    const asked = Promise.all([model.maxEmbeddingsPerCall, model.supportsParallelCalls]);
    const [perCall, isParallel] = await unlessAborted(asked, late.signal);
    return {
      batchSize: Math.min(batchSize, isCount(perCall) ? perCall : Infinity),
      concurrency: isParallel === false ? 1 : concurrency,
    };
  } catch {
    // Its error may contain anything, so it is dropped.
    throw new MemoryError("MEM_EMBEDDING", "the embedding model does not tell its bounds");
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves to the promise's result; rejects with `MEM_ABORTED` if the signal fires first. */
export async function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const stop = (): void => {
    reject(new MemoryError("MEM_ABORTED", "the embedding was aborted", { cause: signal?.reason }));
  };
  signal?.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([promise, ended]);
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value > 0;
}
