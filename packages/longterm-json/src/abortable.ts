import { isMemoryError, MemoryError, throwIfAborted } from "@mem/core";

/**
 * Starts something and waits for it until the signal fires; it may go on unheard. Rejects with the signal's reason
 * where that is a `MemoryError`, and with `MEM_ABORTED` otherwise.
 */
export async function abortable<T>(
  start: () => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  throwIfAborted(signal);
  if (signal === undefined) return start();
  const gaveUp = Promise.withResolvers<never>();
  const giveUp = (): void => gaveUp.reject(reasonOf(signal));
  signal.addEventListener("abort", giveUp);
  try {
    return await Promise.race([start(), gaveUp.promise]);
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}

function reasonOf({ reason }: AbortSignal): MemoryError {
  if (isMemoryError(reason)) return reason;
  return new MemoryError("MEM_ABORTED", "the call was aborted while it waited", {
    cause: reason,
    outcome: "not-applied",
  });
}
