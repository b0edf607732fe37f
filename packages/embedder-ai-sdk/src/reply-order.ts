import { MemoryError } from "@mem/core";
import type { AiSdkEmbeddings } from "./embedding-model.ts";

/**
 * Returns the vectors in the order of the texts. Providers return them as they stand in the service's answer, whatever
 * the `index` of each one says; if that answer is available, its indexes decide.
 */
export function inOrderOfTexts({ embeddings, response }: AiSdkEmbeddings): unknown {
  const data = (response?.body as { data?: unknown } | null | undefined)?.data;
  if (!Array.isArray(data) || !Array.isArray(embeddings)) return embeddings;
  const items = data as readonly ({ index?: unknown; embedding?: unknown } | null)[];
  const places = items.map((item) => item?.index);
  const isOrdered = places.every((place, i) => place === i || place === undefined);
  // If they are not in the answer's order, the provider has already sorted them.
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
