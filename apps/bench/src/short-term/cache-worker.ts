import type { JsonValue } from "@mem/core";
import { measure, type Cost } from "../clocks.ts";
import { heapBytes } from "../heap.ts";
import { createPlan, keyOf, PLAN_LENGTH, TTL_MS, type Plan } from "../plan.ts";
import { createValueTexts, type Numbered, type ValueSize } from "../values.ts";
import { serve } from "../worker-process.ts";
import type { Cache } from "./cache.ts";
import { openCache } from "./caches.ts";
import { expire, type Expired, type ExpiryOptions } from "./expiring.ts";

/*
 * One contestant in a separate process: it shares neither objects nor compiled code with the others.
 */

const VALUES = 1024;

export type CacheTasks = {
  /** Opens it and fills it with this many keys; resolves with the bytes of the heap that each entry takes. */
  readonly open: (options: OpenOptions) => Promise<number>;
  /** Prepares a mix of operations; resolves with how many of them fill a slice. */
  readonly prepare: (options: { reads: number; sliceMs: number }) => Promise<number>;
  readonly run: (options: { reads: number; n: number }) => Promise<Cost>;
  readonly expire: (
    options: ExpiryOptions & { readonly name: string },
  ) => Promise<Expired | undefined>;
};

export interface OpenOptions {
  readonly name: string;
  readonly keys: number;
  readonly size: ValueSize;
}

interface Prepared {
  readonly keys: readonly string[];
  readonly plan: Plan;
  at: number;
}

let cache: Cache;
let keyCount = 0;
let values: readonly (JsonValue & Numbered)[] = [];
const mixes = new Map<number, Prepared>();

const tasks: CacheTasks = {
  async open({ name, keys, size }) {
    cache = await openCache(name);
    keyCount = keys;
    const texts = createValueTexts(size, VALUES);
    values = texts.map(parse);
    const before = heapBytes();
    for (let i = 0; i < keys; i++) {
      // Each entry gets a value of its own, for contestants that keep what they are given.
      await cache.save(keyOf(i), parse(texts[i % VALUES] as string), TTL_MS);
    }
    return (heapBytes() - before) / keys;
  },
  async prepare({ reads, sliceMs }) {
    const plan = createPlan({ keys: keyCount, values: VALUES, reads });
    const keys = Array.from(plan.keys, keyOf);
    mixes.set(reads, { keys, plan, at: 0 });
    for (let n = 256; ; n *= 2) {
      const { wallMs } = await tasks.run({ reads, n });
      // Long enough for the code to be compiled as well as it will be.
      if (wallMs >= 2 * sliceMs) return Math.max(1, Math.round((n * sliceMs) / wallMs));
    }
  },
  async run({ reads, n }) {
    const prepared = mixes.get(reads) as Prepared;
    const cost = await measure(() => (cache.isAsync ? runAsync : runSync)(prepared, n));
    prepared.at += n;
    return cost;
  },
  async expire({ name, ...options }) {
    return expire(await openCache(name), options);
  },
};

async function runAsync({ keys, plan, at }: Prepared, n: number): Promise<void> {
  let sum = 0;
  for (let i = at; i < at + n; i++) {
    const key = keys[i % PLAN_LENGTH] as string;
    const value = plan.values[i % PLAN_LENGTH] as number;
    if (value < 0) sum += numberOf(await cache.get(key));
    else await cache.save(key, values[value] as JsonValue, TTL_MS);
  }
  expectNumber(sum);
}

function runSync({ keys, plan, at }: Prepared, n: number): void {
  let sum = 0;
  for (let i = at; i < at + n; i++) {
    const key = keys[i % PLAN_LENGTH] as string;
    const value = plan.values[i % PLAN_LENGTH] as number;
    if (value < 0) sum += numberOf(cache.get(key));
    else cache.save(key, values[value] as JsonValue, TTL_MS);
  }
  expectNumber(sum);
}

/** Looks into what was read, so that no contestant is spared that work; throws if a value is lost. */
function numberOf(value: unknown): number {
  return (value as Numbered).seq;
}

/** Checks the sum, so that adding it up can't be optimized away. */
function expectNumber(sum: number): void {
  if (!Number.isSafeInteger(sum)) throw new Error("A value came back without its number.");
}

function parse(text: string): JsonValue & Numbered {
  return JSON.parse(text) as JsonValue & Numbered;
}

serve(tasks);
