import { createRandom } from "./random.ts";

/** A sequence of operations: the same for every contestant, repeated from the start. */
export interface Plan {
  /** The number of the key, for each operation. */
  readonly keys: Uint32Array;
  /** The number of the value to save, or -1 to read. */
  readonly values: Int32Array;
}

export interface PlanOptions {
  readonly keys: number;
  readonly values: number;
  /** The share of operations that are reads. */
  readonly reads: number;
}

/** The TTL for every contestant: the default of the manager. */
export const TTL_MS = 86_400_000;

/** A power of two, and more operations than the processor could learn by heart. */
export const PLAN_LENGTH = 2 ** 16;

export function createPlan({ keys, values, reads }: PlanOptions): Plan {
  const random = createRandom(keys + Math.round(reads * 100));
  const plan = { keys: new Uint32Array(PLAN_LENGTH), values: new Int32Array(PLAN_LENGTH) };
  for (let i = 0; i < PLAN_LENGTH; i++) {
    plan.keys[i] = Math.floor(random() * keys);
    plan.values[i] = random() < reads ? -1 : Math.floor(random() * values);
  }
  return plan;
}

/** A key as one flat string, made anew at every call, like one that came with a request. */
export function keyOf(i: number): string {
  return Buffer.from(`session-${i % 97}/agent-${i % 7}/memory-${i}`, "latin1").toString("latin1");
}
