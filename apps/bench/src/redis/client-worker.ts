import type { JsonValue } from "@mem/core";
import { measure, type Cost } from "../clocks.ts";
import { createPlan, keyOf, PLAN_LENGTH, type Plan } from "../plan.ts";
import { median } from "../statistics.ts";
import { createValueTexts, type Numbered, type ValueSize } from "../values.ts";
import { serve } from "../worker-process.ts";
import type { Client } from "./client.ts";
import { openClient } from "./clients.ts";

/*
 * One Redis client in a separate process, so that CPU time is measured for it alone.
 */

export type Call = "get" | "save" | "count";

export interface Load {
  readonly reads: number;
  readonly inFlight: number;
}

export type ClientTasks = {
  /** Connects and saves this many keys. */
  readonly open: (options: OpenOptions) => Promise<void>;
  readonly prepare: (load: Load & { readonly sliceMs: number }) => Promise<number>;
  readonly run: (load: Load & { readonly n: number }) => Promise<Cost>;
  readonly prepareCalls: (options: { call: Call; sliceMs: number }) => Promise<number>;
  /** Makes sequential calls; resolves with the median, in milliseconds. */
  readonly runCalls: (options: { call: Call; n: number }) => Promise<number>;
  /** Saves this many keys, then clears them; resolves with the milliseconds of the latter. */
  readonly clear: (options: { keys: number }) => Promise<number>;
};

export interface OpenOptions {
  readonly name: string;
  readonly url: string;
  readonly keys: number;
  readonly size: ValueSize;
}

const VALUES = 1024;
const FILLING = 100;

let client: Client;
let keys: readonly string[] = [];
let values: readonly (JsonValue & Numbered)[] = [];
let at = 0;
const plans = new Map<number, Plan>();

const tasks: ClientTasks = {
  async open({ name, url, keys: count, size }) {
    values = createValueTexts(size, VALUES).map((text) => JSON.parse(text) as JsonValue & Numbered);
    keys = Array.from({ length: count }, (_, i) => keyOf(i));
    client = await openClient(name, url);
    await fill();
  },
  async prepare({ sliceMs, ...load }) {
    plans.set(load.reads, createPlan({ keys: keys.length, values: VALUES, reads: load.reads }));
    for (let n = 256; ; n *= 2) {
      const { wallMs } = await tasks.run({ ...load, n });
      if (wallMs >= sliceMs) return Math.max(load.inFlight, Math.round((n * sliceMs) / wallMs));
    }
  },
  async run({ reads, inFlight, n }) {
    const plan = plans.get(reads) as Plan;
    const end = at + n;
    return measure(() => inParallel(inFlight, () => drain(plan, end)));
  },
  async prepareCalls({ call, sliceMs }) {
    for (let n = 64; ; n *= 2) {
      const { wallMs } = await measure(() => tasks.runCalls({ call, n }));
      if (wallMs >= sliceMs) return Math.max(1, Math.round((n * sliceMs) / wallMs));
    }
  },
  async runCalls({ call, n }) {
    const took = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      const start = performance.now();
      await callOne(call, at++ % keys.length);
      took[i] = performance.now() - start;
    }
    return median([...took]);
  },
  async clear({ keys: count }) {
    keys = Array.from({ length: count }, (_, i) => keyOf(i));
    await fill();
    const { wallMs } = await measure(() => client.clear?.());
    await client.afterClear?.();
    const left = await client.get(keys[count - 1] as string, count - 1);
    if (left !== undefined && left !== null) throw new Error("It is not clear after clearing it.");
    return wallMs;
  },
};

/** Takes operations of the plan, one after the other, until the end that all lanes share. */
async function drain(plan: Plan, end: number): Promise<void> {
  while (at < end) {
    const step = at++ % PLAN_LENGTH;
    const i = plan.keys[step] as number;
    const value = plan.values[step] as number;
    const key = keys[i] as string;
    if (value < 0) expectNumber(await client.get(key, i));
    else await client.save(key, values[value] as JsonValue, i);
  }
}

async function callOne(call: Call, i: number): Promise<void> {
  const key = keys[i] as string;
  if (call === "get") expectNumber(await client.get(key, i));
  else if (call === "save") await client.save(key, values[i % VALUES] as JsonValue, i);
  else await client.count?.();
}

async function fill(): Promise<void> {
  let next = 0;
  await inParallel(FILLING, async () => {
    while (next < keys.length) {
      const i = next++;
      await client.save(keys[i] as string, values[i % VALUES] as JsonValue, i);
    }
  });
}

async function inParallel(count: number, work: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, work));
}

/** Looks into what was read; throws if a value is lost. */
function expectNumber(value: unknown): void {
  if (typeof (value as Numbered).seq !== "number")
    throw new Error("A value came back without its number.");
}

serve(tasks);
