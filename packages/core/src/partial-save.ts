import type { Write, WriteResult } from "./entry.ts";
import { isMemoryError, MemoryError, type ItemResult } from "./errors.ts";

const BATCH = 256;

/**
 * Stores writes in batches that no backend finds too large. Where a batch fails after others were stored, rejects with
 * `MEM_PARTIAL` and what became of each item.
 */
export async function saveBatches<W extends Write>(
  writes: readonly W[],
  save: (batch: readonly W[]) => Promise<WriteResult[]>,
): Promise<WriteResult[]> {
  if (writes.length <= BATCH) return writes.length === 0 ? [] : save(writes);
  const done: WriteResult[] = [];
  while (done.length < writes.length) {
    try {
      done.push(...(await save(writes.slice(done.length, done.length + BATCH))));
    } catch (error) {
      if (done.length === 0) throw error;
      throw partial(done, writes.length, error);
    }
  }
  return done;
}

function partial(done: readonly WriteResult[], total: number, cause: unknown): MemoryError {
  const error = isMemoryError(cause)
    ? cause
    : new MemoryError("MEM_UNAVAILABLE", "the backend failed", { cause, outcome: "unknown" });
  const results = Array.from({ length: total }, (_, i): ItemResult => {
    const result = done[i];
    if (result === undefined) return { status: "failed", error };
    return result.stored
      ? { status: "stored", version: result.version }
      : { status: "condition-not-met" };
  });
  return new MemoryError(
    "MEM_PARTIAL",
    `${done.length} of ${total} items were handled, then the backend failed`,
    {
      cause,
      results,
      outcome: "unknown",
    },
  );
}
