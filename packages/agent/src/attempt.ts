import { setTimeout as delay } from "node:timers/promises";
import { MemoryError, publishFailure, throwIfAborted } from "@mem/core";

/** How long a run that is told to stop may take to clean up behind itself. */
const GRACE_MS = 1000;

/** A run that goes on until it ends or is told to stop, whichever is first. */
export interface Attempt<T> {
  /** What the run resolves or throws; `MEM_ABORTED` as soon as the signal fires. */
  readonly result: Promise<T>;
  /** Resolves when nothing of it goes on any more, a second later at the latest: then nobody waits for it. */
  readonly stopped: () => Promise<void>;
}

/** Begins a run, unless the signal has fired already. */
export function attempt<T>(run: () => Promise<T>, signal: AbortSignal | undefined): Attempt<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  let isAborted = false;
  const abort = (): void => {
    isAborted = true;
    const options = { cause: signal?.reason as unknown, outcome: "unknown" } as const;
    reject(new MemoryError("MEM_ABORTED", "the run was aborted", options));
  };
  const running = (async () => {
    throwIfAborted(signal);
    // Before the run can listen: what it throws when it is told to stop comes later.
    signal?.addEventListener("abort", abort, { once: true });
    return run();
  })();
  const ended = running.then(
    () => undefined,
    (error: unknown) => {
      // What it throws because it was told to stop is what is expected of it; anything else is heard of nowhere else.
      if (isAborted && !saysAborted(error, signal)) {
        publishFailure("end a run that was aborted", error);
      }
    },
  );
  return {
    result: Promise.race([running, aborted]).finally(() => {
      signal?.removeEventListener("abort", abort);
    }),
    async stopped() {
      const grace = new AbortController();
      const over = delay(GRACE_MS, undefined, { signal: grace.signal }).catch(() => undefined);
      await Promise.race([ended, over]);
      grace.abort();
    },
  };
}

function saysAborted(error: unknown, signal: AbortSignal | undefined): boolean {
  if (error === signal?.reason) return true;
  const { name, code } = (error ?? {}) as { readonly name?: unknown; readonly code?: unknown };
  return name === "AbortError" || code === "ABORT_ERR" || code === "MEM_ABORTED";
}
