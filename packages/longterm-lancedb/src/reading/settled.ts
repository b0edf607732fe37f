import { setTimeout as delay } from "node:timers/promises";

const STEP_MS = 50;

/** The results of all, or the first failure once all have ended: a table can't be closed while a query runs on it. */
export async function toTheirEnd<T extends readonly unknown[]>(
  ...running: T
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const settled = await Promise.allSettled(running);
  return settled.map(resultOf) as { -readonly [K in keyof T]: Awaited<T[K]> };
}

function resultOf<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === "rejected") throw settled.reason;
  return settled.value;
}

/** Calls `step` again and again until a promise settles. A step that fails is the last one. */
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
