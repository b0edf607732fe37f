import type { ExecutionRecord, RecordStore } from "@mem/core";
import { setImmediate as otherWork } from "node:timers/promises";

/** Appends records one by one, and calls `look` repeatedly with the number acknowledged before the call. */
export async function whileWriting(
  store: RecordStore,
  sent: readonly ExecutionRecord[],
  look: (acknowledged: number) => Promise<void>,
): Promise<void> {
  const writing = { acknowledged: 0, isOver: false };
  const write = async (): Promise<void> => {
    try {
      for (const each of sent) {
        await store.append([each]);
        writing.acknowledged += 1;
      }
    } finally {
      writing.isOver = true;
    }
  };
  const keepLooking = async (): Promise<void> => {
    while (!writing.isOver) {
      // Yields, so that a store that answers and writes in the same turn of the event loop can continue.
      await otherWork();
      await look(writing.acknowledged);
    }
  };
  await Promise.all([write(), keepLooking()]);
}
