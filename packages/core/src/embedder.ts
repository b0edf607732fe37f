import { checkShare } from "./checks.ts";
import { invalid } from "./errors.ts";

export interface EmbedOptions {
  /** Some models embed a query differently from a document. */
  readonly kind: "document" | "query";
  readonly signal?: AbortSignal;
}

/** What distinguishes one embedder's vectors from another's. */
export interface EmbedderFingerprint {
  /** Names the vector space: embedders with the same name give comparable vectors. */
  readonly model: string;
  /** The length of every vector. */
  readonly dimensions: number;
}

/**
 * Turns texts into vectors. `describeEmbedder` of `@mem/contract` proves that an embedder keeps this contract.
 *
 * A store remembers `model` and `dimensions` and refuses another embedder's vectors.
 */
export interface Embedder extends EmbedderFingerprint {
  /** The share of the vector score in a hybrid score, from 0 to 1: how far to trust this model. */
  readonly weight: number;
  /**
   * Resolves to one vector of `dimensions` finite numbers for each text, in order; never to fewer. Rejects with
   * `MEM_EMBEDDING` (the service failed), `MEM_DIMENSION` (a wrong length) or `MEM_ABORTED`.
   */
  embed(texts: readonly string[], options: EmbedOptions): Promise<Float32Array[]>;
}

/**
 * Throws `MEM_INVALID_ARGUMENT` if `embedder` cannot make vectors or declares what no store could keep. For authors of
 * stores, to call before anything is written; `path` names the embedder in the error, e.g. `"options.embedder"`.
 */
export function checkEmbedder(embedder: Embedder, path: string): void {
  if (typeof embedder?.embed !== "function") {
    throw invalid(path, "is not an embedder: it has no method embed");
  }
  const { model, dimensions, weight } = embedder;
  if (typeof model !== "string" || model === "") {
    throw invalid(`${path}.model`, "has to be the name of its vectors");
  }
  if (!Number.isInteger(dimensions) || dimensions < 1) {
    throw invalid(`${path}.dimensions`, "has to be a whole number, 1 or more");
  }
  checkShare(weight, `${path}.weight`);
}
