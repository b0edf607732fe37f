import { setVectors } from "../log/changed-entry.ts";
import type { Overlay } from "../log/overlay.ts";
import type { TextVectors } from "./text-vectors.ts";

/** The vectors that were made for the text of an entry. */
export interface MadeVector extends TextVectors {
  readonly id: string;
  /** Of the entry that they were made for. */
  readonly version: string;
}

/** Vectors on their way into the table. Lost with the process, they are made again. */
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

  /** From now on this process finds the entries by them, where the log has them. */
  add(made: readonly MadeVector[]): void {
    for (const each of made) {
      const entry = this.#overlay.findId(each.id)?.entry;
      if (entry?.version === each.version) setVectors(entry, each);
      this.#vectors.set(each.id, each);
    }
  }

  /** Forgets all: the store goes over to another embedder. */
  clear(): void {
    this.#vectors.clear();
  }

  /** Those that the table does not have, by id. */
  all(): ReadonlyMap<string, MadeVector> {
    return new Map(this.#vectors);
  }

  /** Forgets what was written, or stands for what is not there any more. */
  written(vectors: ReadonlyMap<string, MadeVector>): void {
    for (const [id, vector] of vectors) {
      if (this.#vectors.get(id) === vector) this.#vectors.delete(id);
    }
  }
}
