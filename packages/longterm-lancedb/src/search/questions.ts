import {
  isMemoryError,
  MemoryError,
  type Clock,
  type Embedder,
  type SearchRequest,
  type SearchScope,
} from "@mem/core";
import { embedChecked } from "../vectors/embedding.ts";
import type { SearchPlan } from "./question.ts";

/** Decides how a search is done: by words, by vector, or both. */
export class Questions {
  readonly #clock: Clock;
  #failed: { readonly embedder: Embedder; readonly failure: MemoryError } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Why this embedder, if it was the last one asked, could not embed the question. */
  failureOf(embedder: Embedder | undefined): MemoryError | undefined {
    return this.#failed?.embedder === embedder ? this.#failed?.failure : undefined;
  }

  /**
   * `undefined` if there is nothing to search for. A mode that needs an embedder rejects with `MEM_UNSUPPORTED` without
   * one, and with the embedder's error if that fails; the mode `"auto"` then falls back to keywords.
   */
  async plan(
    embedder: Embedder | undefined,
    scope: SearchScope,
    { text, mode }: SearchRequest,
    signal: AbortSignal,
  ): Promise<SearchPlan | undefined> {
    if (embedder === undefined && (mode === "vector" || mode === "hybrid")) {
      throw new MemoryError(
        "MEM_UNSUPPORTED",
        `mode "${mode}" needs an embedder, and the store was opened without one; pass options.embedder`,
        { path: "options.mode" },
      );
    }
    if (text.trim() === "") return undefined;
    const at = this.#clock.now();
    const byWords: SearchPlan = { scope, byKeyword: true, weight: 0, at };
    if (embedder === undefined || mode === "keyword") return byWords;
    const { weight } = embedder;
    try {
      const [vector] = await embedChecked(embedder, [text], "query", signal);
      this.#failed = undefined;
      return { scope, byKeyword: mode !== "vector", weight, at, ...(vector && { vector }) };
    } catch (error) {
      if (!isMemoryError(error) || error.code === "MEM_ABORTED") throw error;
      this.#failed = { embedder, failure: error };
      if (mode !== "auto") throw error;
      return byWords;
    }
  }
}
