import { setTimeout as delay } from "node:timers/promises";

const STEP_MS = 50;

/** Calls `step` repeatedly until a promise settles. If a step fails, it is the last one. */
export async function whileRunning(
  running: Promise<void>,
  step: () => Promise<void>,
): Promise<void> {
  const ended = running.then(
    () => true,
    () => true,
  );
  try {
    while (!(await Promise.race([ended, delay(STEP_MS, false)]))) await step();
  } finally {
    await ended;
  }
}
