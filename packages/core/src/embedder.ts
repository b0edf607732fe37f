export interface EmbedOptions {
  /** Some models embed a question otherwise than a text. */
  readonly kind: "document" | "query";
  readonly signal?: AbortSignal;
}

/** What tells one embedder's vectors from another's. */
export interface EmbedderFingerprint {
  /** Names the vector space: two embedders of one name give comparable vectors. */
  readonly model: string;
  /** The length of every vector. */
  readonly dimensions: number;
}

/**
 * Turns texts into vectors. `describeEmbedder` of `@mem/contract` proves one.
 *
 * A store remembers `model` and `dimensions` and refuses another embedder's vectors.
 */
export interface Embedder extends EmbedderFingerprint {
  /** The share of the vector score in a hybrid score, from 0 to 1: how far this model is to be trusted. */
  readonly weight: number;
  /**
   * One vector of `dimensions` finite numbers for each text, in order. Rejects with `MEM_EMBEDDING` (the service
   * failed), `MEM_DIMENSION` (a wrong length) or `MEM_ABORTED`; never resolves with fewer.
   */
  embed(texts: readonly string[], options: EmbedOptions): Promise<Float32Array[]>;
}
