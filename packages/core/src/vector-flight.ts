import type { Embedder, EmbedOptions } from "./embedder.ts";
import { orAborted } from "./service-turns.ts";
import { checkVectors } from "./service-vectors.ts";
import { vectorsBefore } from "./unfinished-vectors.ts";

/** Texts by their keys. */
export type KeyedTexts = ReadonlyMap<string, string>;
export type KeyedVectors = ReadonlyMap<string, Float32Array>;

/** Vectors that are being made, for all who wait for them; aborted only when the last of these gives up. */
export class VectorFlight {
  /** The keys of its texts, in the order in which the embedder gets them. */
  readonly keys: readonly string[];
  readonly #asked = new AbortController();
  readonly #vectors: Promise<KeyedVectors>;
  readonly #onEnd: (made?: KeyedVectors) => void;
  #waiting = 0;

  /** Calls `onEnd` when the embedder answers or fails, or nobody waits any more; with what it made, if anything. */
  constructor(
    embedder: Embedder,
    kind: EmbedOptions["kind"],
    texts: KeyedTexts,
    onEnd: (made?: KeyedVectors) => void,
  ) {
    this.keys = [...texts.keys()];
    this.#onEnd = onEnd;
    this.#vectors = this.#make(embedder, kind, [...texts.values()]);
    this.#vectors.then(onEnd, (error: unknown) => onEnd(this.#keyed(vectorsBefore(error))));
  }

  /** Rejects as the embedder does, or with the signal's reason. */
  async wait(signal: AbortSignal): Promise<KeyedVectors> {
    this.#waiting++;
    try {
      return await orAborted(this.#vectors, signal);
    } finally {
      if (--this.#waiting === 0) {
        this.#onEnd();
        this.#asked.abort();
      }
    }
  }

  async #make(
    embedder: Embedder,
    kind: EmbedOptions["kind"],
    texts: readonly string[],
  ): Promise<KeyedVectors> {
    const { signal } = this.#asked;
    const made = await embedder.embed(texts, { kind, signal });
    return this.#keyed(checkVectors(made, texts.length, embedder.dimensions));
  }

  #keyed(vectors: readonly (Float32Array | undefined)[]): KeyedVectors {
    const keyed = new Map<string, Float32Array>();
    for (const [i, vector] of vectors.entries()) {
      if (vector !== undefined) keyed.set(this.keys[i] as string, vector);
    }
    return keyed;
  }
}
