import { isMemoryError, type MemoryError, type Scope, type ShortTermWrite } from "@mem/core";

export const WRITER: Scope = { tenantId: "acme", agentId: "writer" };
export const LAUNCH = { tenantId: "acme", workflowId: "launch" };

/** A write that lives for a minute. */
export function write(key: string, more: Partial<ShortTermWrite> = {}): ShortTermWrite {
  return { key, value: `value of ${key}`, ttlMs: 60_000, source: "agent", ...more };
}

/** The error that a call rejects with. */
export async function rejection(call: Promise<unknown>): Promise<MemoryError> {
  try {
    const value = await call;
    throw new Error(`resolved with ${JSON.stringify(value)}`);
  } catch (error) {
    if (isMemoryError(error)) return error;
    throw error;
  }
}

/** Waits until something holds; fails when it does not within five seconds. */
export async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 5000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`it did not come to pass that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
