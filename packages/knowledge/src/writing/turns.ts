import { throwIfAborted, type LongTermStore } from "@mem/core";
import { unlessAborted } from "./until-aborted.ts";

const turns = new WeakMap<LongTermStore, Map<string, Promise<void>>>();

/**
 * Runs calls of the same name on the same store one after the other, in order of arrival. Rejects with `MEM_ABORTED` if
 * the signal fires before a call's turn.
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
  // Whoever gives up while waiting is not kept waiting.
  await unlessAborted(before, signal);
  return own;
}
