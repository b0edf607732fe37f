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

/** Settles how a search is made: by words, by vector, or both. */
export class Questions {
  readonly #clock: Clock;
  #failure: MemoryError | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Why the last question could not be embedded. */
  get failure(): MemoryError | undefined {
    return this.#failure;
  }

  /**
   * `undefined` where there is nothing to look for. Rejects with `MEM_UNSUPPORTED` without an embedder, and with what
   * the embedder says where it fails, unless the mode leaves the choice: then words have to do.
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
      this.#failure = undefined;
      return { scope, byKeyword: mode !== "vector", weight, at, ...(vector && { vector }) };
    } catch (error) {
      if (!isMemoryError(error) || error.code === "MEM_ABORTED") throw error;
      this.#failure = error;
      if (mode !== "auto") throw error;
      return byWords;
    }
  }
}
