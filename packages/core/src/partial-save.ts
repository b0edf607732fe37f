import type { Write, WriteResult } from "./entry.ts";
import { isMemoryError, MemoryError, type ItemResult } from "./errors.ts";

const BATCH = 256;

/**
 * Stores writes in batches that no backend finds too large. If one of several batches fails, rejects with `MEM_PARTIAL`
 * and a result for each item.
 */
export async function saveBatches<W extends Write>(
  writes: readonly W[],
  save: (batch: readonly W[]) => Promise<WriteResult[]>,
): Promise<WriteResult[]> {
  if (writes.length <= BATCH) return writes.length === 0 ? [] : save(writes);
  const done: WriteResult[] = [];
  while (done.length < writes.length) {
    const batch = writes.slice(done.length, done.length + BATCH);
    try {
      done.push(...(await save(batch)));
    } catch (cause) {
      const results = [...done.map(toItemResult), ...failedBatch(cause, batch.length)];
      const unsent = writes.length - results.length;
      throw partial([...results, ...notSent(unsent)], cause);
    }
  }
  return done;
}

function partial(results: readonly ItemResult[], cause: unknown): MemoryError {
  const stored = results.filter(({ status }) => status === "stored").length;
  const unknown = results.some(
    (result) => result.status === "failed" && result.error.outcome === "unknown",
  );
  return new MemoryError(
    "MEM_PARTIAL",
    `${stored} of ${results.length} items are stored, then the backend failed`,
    { cause, results, outcome: stored === 0 && !unknown ? "not-applied" : "unknown" },
  );
}

/** If the backend knows the result of each item of the batch, its error has them. */
function failedBatch(cause: unknown, length: number): readonly ItemResult[] {
  const error = isMemoryError(cause)
    ? cause
    : new MemoryError("MEM_UNAVAILABLE", "the backend failed", { cause, outcome: "unknown" });
  return error.results ?? Array.from({ length }, (): ItemResult => ({ status: "failed", error }));
}

function notSent(length: number): readonly ItemResult[] {
  const error = new MemoryError("MEM_UNAVAILABLE", "not tried, because an earlier batch failed");
  return Array.from({ length }, (): ItemResult => ({ status: "failed", error }));
}

function toItemResult(result: WriteResult): ItemResult {
  return result.stored
    ? { status: "stored", version: result.version }
    : { status: "condition-not-met" };
}
