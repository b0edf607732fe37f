import { MemoryError } from "@mem/core";
import type { AiSdkEmbeddings } from "./embedding-model.ts";

/**
 * The vectors in the order of the texts. Providers take them as they stand in the answer, whatever the `index` beside
 * each of them says: where the answer is there to be read, that decides.
 */
export function inOrderOfTexts({ embeddings, response }: AiSdkEmbeddings): unknown {
  const data = (response?.body as { data?: unknown } | null | undefined)?.data;
  if (!Array.isArray(data) || !Array.isArray(embeddings)) return embeddings;
  const items = data as readonly ({ index?: unknown; embedding?: unknown } | null)[];
  const places = items.map((item) => item?.index);
  const isOrdered = places.every((place, i) => place === i || place === undefined);
  // Vectors that do not stand as in the answer have been put in order by the provider.
  if (isOrdered || !items.every((item, i) => isSame(item?.embedding, embeddings[i]))) {
    return embeddings;
  }
  if (new Set(places).size < places.length || !places.every((place) => isPlace(place, items))) {
    throw new MemoryError(
      "MEM_EMBEDDING",
      "the embedding service's reply has vectors without a place of their own",
    );
  }
  const ordered: unknown[] = [];
  for (const [i, place] of places.entries()) ordered[place as number] = embeddings[i];
  return ordered;
}

function isPlace(place: unknown, { length }: readonly unknown[]): boolean {
  return typeof place === "number" && Number.isInteger(place) && place >= 0 && place < length;
}

function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  return a.every((x, i) => x === b[i]);
}
