import {
  checkVectors,
  relocateFailure,
  throwIfAborted,
  vectorsBefore,
  type Embedder,
} from "@mem/core";
import type { SharedVectors } from "./shared-vectors.ts";
import { vectorKey } from "./vector-payload.ts";

/** Asks an embedder for the vectors that are not on disk, and stores them there; `onMiss` gets their number. */
export function createDiskEmbedder(
  embedder: Embedder,
  disk: SharedVectors,
  onMiss: (count: number) => void,
): Embedder {
  const { model, dimensions, weight } = embedder;
  return {
    model,
    dimensions,
    weight,
    async embed(texts, { kind, signal }) {
      const keys = texts.map((text) => vectorKey(embedder, kind, text));
      const found = await disk.read(keys);
      throwIfAborted(signal);
      const missing = [...keys.keys()].filter((i) => !found.has(keys[i] as string));
      if (missing.length > 0) {
        onMiss(missing.length);
        const keep = async (vectors: readonly (Float32Array | undefined)[]): Promise<void> => {
          const made = new Map<string, Float32Array>();
          for (const [i, vector] of vectors.entries()) {
            if (vector !== undefined) made.set(keys[missing[i] as number] as string, vector);
          }
          if (made.size > 0) await disk.write(made);
          for (const [key, vector] of made) found.set(key, vector);
        };
        try {
          const wanted = missing.map((i) => texts[i] as string);
          const made = await embedder.embed(wanted, { kind, ...(signal && { signal }) });
          await keep(checkVectors(made, wanted.length, dimensions));
        } catch (error) {
          // Vectors that were paid for are kept, even if others failed.
          await keep(vectorsBefore(error));
          throw relocateFailure(error, missing);
        }
      }
      return keys.map((key) => found.get(key) as Float32Array);
    },
  };
}
