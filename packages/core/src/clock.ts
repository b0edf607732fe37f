import { invalid } from "./errors.ts";

/** The source of time. Inject one to test what depends on time. */
export interface Clock {
  /** Wall-clock time in milliseconds since 1970, for timestamps. It may jump. */
  now(): number;
  /** Milliseconds that never go back, for durations and expiry. */
  monotonic(): number;
  /** Runs `task` once after `delayMs` (any length) without keeping the process alive. Returns its cancellation. */
  schedule(delayMs: number, task: () => void): () => void;
}

const CLOCK_METHODS: readonly (keyof Clock)[] = ["now", "monotonic", "schedule"];

/**
 * Throws `MEM_INVALID_ARGUMENT` if `clock` is not a clock. For authors of backends; `path` names it in the error, e.g.
 * `"options.clock"`.
 */
export function checkClock(clock: Clock, path: string): void {
  for (const name of CLOCK_METHODS) {
    if (typeof clock?.[name] === "function") continue;
    throw invalid(path, `is not a clock: it has no method ${name}`);
  }
}

// setTimeout fires at once if the delay is longer.
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

/** A clock that stands still until you move it. For tests. */
export interface ManualClock extends Clock {
  /** Moves both times forward and runs the tasks that fall due, in order. */
  advance(ms: number): void;
  /** Moves only wall-clock time, as an administrator or a time server does. */
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
