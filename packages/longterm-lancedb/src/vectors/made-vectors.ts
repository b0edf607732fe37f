import { setVectors } from "../log/changed-entry.ts";
import type { Overlay } from "../log/overlay.ts";
import type { TextVectors } from "./text-vectors.ts";

/** The vectors that were made for the text of an entry. */
export interface MadeVector extends TextVectors {
  readonly id: string;
  /** Version of the entry that they were made for. */
  readonly version: string;
}

/** Vectors on their way into the table. If they are lost with the process, they are made again. */
export class MadeVectors {
  readonly #overlay: Overlay;
  readonly #vectors = new Map<string, MadeVector>();

  constructor(overlay: Overlay) {
    this.#overlay = overlay;
  }

  get size(): number {
    return this.#vectors.size;
  }

  has(id: string, version: string): boolean {
    return this.#vectors.get(id)?.version === version;
  }

  /** From now on, this process also finds entries of the overlay by these vectors. */
  add(made: readonly MadeVector[]): void {
    for (const each of made) {
      const entry = this.#overlay.findId(each.id)?.entry;
      if (entry?.version === each.version) setVectors(entry, each);
      this.#vectors.set(each.id, each);
    }
  }

  /** Drops all, because the store changes to another embedder. */
  clear(): void {
    this.#vectors.clear();
  }

  /** The vectors that the table does not have, by id. */
  all(): ReadonlyMap<string, MadeVector> {
    return new Map(this.#vectors);
  }

  /** Drops vectors that were written, or whose entries are no longer there. */
  written(vectors: ReadonlyMap<string, MadeVector>): void {
    for (const [id, vector] of vectors) {
      if (this.#vectors.get(id) === vector) this.#vectors.delete(id);
    }
  }
}
