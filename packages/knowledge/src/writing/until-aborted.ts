import { throwIfAborted } from "@mem/core";

/** Waits for work that can't be stopped; rejects with `MEM_ABORTED` as soon as the signal fires. */
export async function unlessAborted<T>(
  awaited: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return awaited;
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
    if (signal.aborted) onAbort();
    return await Promise.race([awaited, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** Yields what a source gives until the signal fires, even while the source keeps its reader waiting. */
export async function* untilAborted<T>(
  source: Iterable<T> | AsyncIterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T> {
  const given = (async function* () {
    yield* source;
  })();
  try {
    for (;;) {
      const next = await unlessAborted(given.next(), signal);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    const closed = given.return(undefined);
    // One that hangs would not be closed either. What it says later, nobody is left to hear.
    if (signal?.aborted === true) closed.catch(() => undefined);
    else await closed;
  }
}
