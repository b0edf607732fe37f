import { MemoryError } from "@mem/core";
import { cosine } from "@mem/search";
import type { ReadCandidate } from "./candidates.ts";
import { keyOfId } from "../table/row.ts";

/** How near an entry is to a question. */
export interface Nearness {
  /** For a long text, that of its best passage. */
  readonly cosine: number;
  /** Which passage that is. */
  readonly nearest: number;
}

/**
 * Compares an entry's vectors with that of a question; `undefined`: it has none. LanceDB's own distances are rounded to
 * 32 bits, so an entry would not score the same in the table as in the overlay.
 */
export function nearnessOf(
  asked: Float32Array,
  { candidate, vector, passages }: ReadCandidate,
): Nearness | undefined {
  if (vector === undefined) return undefined;
  const parts = passages === undefined ? [vector] : partsOf(passages, vector.length);
  let best: Nearness | undefined;
  for (const [nearest, part] of parts.entries()) {
    const own = cosine(asked, part);
    // Only finite numbers are ever stored.
    if (Number.isNaN(own)) throw damagedVector(candidate.id);
    if (best === undefined || own > best.cosine) best = { cosine: own, nearest };
  }
  return best;
}

export function damagedVector(id: string): MemoryError {
  return new MemoryError(
    "MEM_CORRUPT",
    `the vector of the entry ${JSON.stringify(keyOfId(id))} was damaged on disk; save the entry again, or restore a backup`,
  );
}

function partsOf(passages: Uint8Array, dimensions: number): Float32Array[] {
  // Copied, because the bytes in a result may be unaligned.
  const numbers = new Float32Array(passages.slice().buffer);
  return Array.from({ length: numbers.length / dimensions }, (_, i) =>
    numbers.subarray(i * dimensions, (i + 1) * dimensions),
  );
}
