import { hash } from "node:crypto";
import type { EmbedderFingerprint } from "@mem/core";

/** Only the properties of an embedder that tell its vectors from those of others. */
export function fingerprintOf({ model, dimensions }: EmbedderFingerprint): EmbedderFingerprint {
  return { model, dimensions };
}

export function isSameEmbedder(
  one: EmbedderFingerprint | undefined,
  other: EmbedderFingerprint | undefined,
): boolean {
  return one?.model === other?.model && one?.dimensions === other?.dimensions;
}

/** A short name for a fingerprint, good for a column: hexadecimal digits. */
export function embedderId({ model, dimensions }: EmbedderFingerprint): string {
  return hash("sha256", JSON.stringify([model, dimensions])).slice(0, 16);
}
