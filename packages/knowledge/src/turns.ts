import { throwIfAborted, type LongTermStore } from "@mem/core";

const turns = new WeakMap<LongTermStore, Map<string, Promise<void>>>();

/**
 * Runs calls of the same name on the same store one after the other, in the order in which they came. Rejects with
 * `MEM_ABORTED` when the signal fires before its turn.
 */
export async function inTurn<T>(
  store: LongTermStore,
  name: string,
  signal: AbortSignal | undefined,
  call: () => Promise<T>,
): Promise<T> {
  throwIfAborted(signal);
  const last = turns.get(store) ?? new Map<string, Promise<void>>();
  turns.set(store, last);
  const before = last.get(name) ?? Promise.resolve();
  const own = before.then(() => {
    throwIfAborted(signal);
    return call();
  });
  // The next one's turn comes however this one ends.
  const ended: Promise<void> = Promise.allSettled([own]).then(() => {
    if (last.get(name) === ended) last.delete(name);
    return undefined;
  });
  last.set(name, ended);
  return unlessAborted(own, before, signal);
}

/** Whoever gives up while waiting is not kept waiting. */
async function unlessAborted<T>(
  call: Promise<T>,
  before: Promise<unknown>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return call;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => {
    try {
      throwIfAborted(signal);
    } catch (error) {
      reject(error);
    }
  };
  signal.addEventListener("abort", onAbort);
  try {
    await Promise.race([before, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
  return call;
}
