import {
  isMemoryError,
  MemoryError,
  type Clock,
  type Embedder,
  type EmbedOptions,
} from "@mem/core";

/**
 * How long an embedder is waited for. The caller of a query waits, too, and can be answered by keyword instead.
 * Documents have longer than service embedders take before they give up, so that what these bring along then is not
 * lost.
 */
const DEADLINE_MS = { query: 10_000, document: 90_000 } as const;

/** An embedder whose answers are checked and come in time. */
export class CheckedEmbedder {
  readonly model: string;
  readonly dimensions: number;
  readonly weight: number;
  readonly #embedder: Embedder;
  readonly #clock: Clock;

  constructor(embedder: Embedder, clock: Clock) {
    this.model = embedder.model;
    this.dimensions = embedder.dimensions;
    this.weight = embedder.weight;
    this.#embedder = embedder;
    this.#clock = clock;
  }

  /** Rejects with `MEM_EMBEDDING` or `MEM_DIMENSION`; when the signal fires, as `untilAborted` does. */
  async embed(
    texts: readonly string[],
    kind: EmbedOptions["kind"],
    callerSignal: AbortSignal | undefined,
  ): Promise<Float32Array[]> {
    const deadline = new AbortController();
    const cancel = this.#clock.schedule(DEADLINE_MS[kind], () => deadline.abort(this.#late(kind)));
    const signals = [deadline.signal, ...(callerSignal === undefined ? [] : [callerSignal])];
    const signal = AbortSignal.any(signals);
    try {
      const vectors = await untilAborted(signal, () =>
        this.#embedder.embed(texts, { kind, signal }),
      );
      return this.#check(vectors, texts.length);
    } catch (error) {
      if (isMemoryError(error)) throw error;
      throw new MemoryError("MEM_EMBEDDING", `${this.model} failed`, { cause: error });
    } finally {
      cancel();
    }
  }

  #check(vectors: Float32Array[], count: number): Float32Array[] {
    if (!Array.isArray(vectors) || vectors.length !== count) {
      throw new MemoryError("MEM_EMBEDDING", `${this.model} did not give one vector for each text`);
    }
    for (const vector of vectors as unknown[]) this.#checkVector(vector);
    return vectors;
  }

  #checkVector(vector: unknown): void {
    if (!(vector instanceof Float32Array)) {
      throw new MemoryError("MEM_EMBEDDING", `${this.model} gave something else than a vector`);
    }
    if (vector.length !== this.dimensions) {
      throw new MemoryError(
        "MEM_DIMENSION",
        `${this.model} gave a vector of ${vector.length} numbers where it declares ${this.dimensions}; correct the embedder's dimensions`,
      );
    }
    if (!vector.every((number) => Number.isFinite(number))) {
      throw new MemoryError("MEM_EMBEDDING", `${this.model} gave a vector that is not of numbers`);
    }
  }

  #late(kind: EmbedOptions["kind"]): MemoryError {
    return new MemoryError(
      "MEM_EMBEDDING",
      `${this.model} did not answer within ${DEADLINE_MS[kind] / 1000} s`,
    );
  }
}

/**
 * Starts something and waits for it until the signal fires; after that, it may go on with nobody listening. Rejects
 * with the signal's reason if that is a `MemoryError`, and with `MEM_ABORTED` otherwise.
 */
export async function untilAborted<T>(
  signal: AbortSignal | undefined,
  start: () => Promise<T>,
): Promise<T> {
  if (signal === undefined) return start();
  if (signal.aborted) throw reasonOf(signal);
  const gaveUp = Promise.withResolvers<never>();
  const giveUp = (): void => gaveUp.reject(reasonOf(signal));
  signal.addEventListener("abort", giveUp);
  try {
    return await Promise.race([start(), gaveUp.promise]);
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}

function reasonOf({ reason }: AbortSignal): MemoryError {
  if (isMemoryError(reason)) return reason;
  return new MemoryError("MEM_ABORTED", "the call was aborted while it waited", {
    cause: reason,
  });
}
