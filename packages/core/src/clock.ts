/** Where time comes from. Inject one to test what depends on it. */
export interface Clock {
  /** Wall time in milliseconds since 1970, for stamps that people read. It may jump. */
  now(): number;
  /** Milliseconds that only ever grow, for durations and expiry. */
  monotonic(): number;
  /** Runs `task` once after `delayMs` (any length), without keeping the process alive; returns its cancellation. */
  schedule(delayMs: number, task: () => void): () => void;
}

// setTimeout fires at once for anything longer.
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule(delayMs, task) {
    let timer: NodeJS.Timeout;
    const arm = (remaining: number): void => {
      const step = Math.min(remaining, MAX_TIMER_MS);
      timer = setTimeout(() => (remaining > step ? arm(remaining - step) : task()), step);
      timer.unref();
    };
    arm(Math.max(0, delayMs));
    return () => clearTimeout(timer);
  },
};

/** A clock that stands still until it is told to move. For tests. */
export interface ManualClock extends Clock {
  /** Moves both times forward and runs what falls due, in order. */
  advance(ms: number): void;
  /** Moves wall time alone, as an administrator or a time server does. */
  jump(ms: number): void;
}

/** Makes a `ManualClock` that starts at `startMs` of wall time (default 2026-01-01). */
export function createManualClock(startMs: number = Date.UTC(2026, 0, 1)): ManualClock {
  let wall = startMs;
  let monotonic = 0;
  const tasks = new Set<{ readonly due: number; readonly run: () => void }>();
  return {
    now: () => wall,
    monotonic: () => monotonic,
    schedule(delayMs, run) {
      const task = { due: monotonic + Math.max(0, delayMs), run };
      tasks.add(task);
      return () => void tasks.delete(task);
    },
    jump(ms) {
      wall += ms;
    },
    advance(ms) {
      const end = monotonic + ms;
      for (;;) {
        const next = [...tasks]
          .filter((task) => task.due <= end)
          .toSorted((a, b) => a.due - b.due)[0];
        if (next === undefined) break;
        tasks.delete(next);
        wall += next.due - monotonic;
        monotonic = next.due;
        next.run();
      }
      wall += end - monotonic;
      monotonic = end;
    },
  };
}
