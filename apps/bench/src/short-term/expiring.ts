import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import type { JsonValue } from "@mem/core";
import { measure } from "../clocks.ts";
import { heapBytes } from "../heap.ts";
import { keyOf, TTL_MS } from "../plan.ts";
import { createValueTexts } from "../values.ts";
import type { Cache } from "./cache.ts";

export interface ExpiryOptions {
  readonly entries: number;
  /** How long after the first entry the last one expires, in milliseconds. */
  readonly windowMs: number;
  /** How long the work may go on after the last entry has expired, in milliseconds. */
  readonly afterMs: number;
  /** How many times longer than rehearsed the filling may take. */
  readonly patience: number;
}

export interface Expired {
  /** CPU time of the main thread, from a second before the first entry expires to the end. */
  readonly cpuMs: number;
  /** The longest time for which the event loop was blocked. */
  readonly stallMs: number;
  /** The share of the entries' bytes that is free at the end, although nobody has read an entry. */
  readonly freed: number;
}

const REHEARSAL = 20_000;
const SAMPLE_MS = 2;
/** Watching begins this much earlier: a scan of all entries may be in progress when the first one expires. */
const BEFORE_MS = 1000;

/**
 * Fills a cache with entries that expire one after the other within a window, and measures that without touching them;
 * `undefined` if filling it took too long for that.
 */
export async function expire(cache: Cache, options: ExpiryOptions): Promise<Expired | undefined> {
  const { entries, windowMs, afterMs, patience } = options;
  const texts = createValueTexts("230 B", 1024);
  const save = (key: string, i: number, ttlMs: number): unknown =>
    cache.save(key, JSON.parse(texts[i % texts.length] as string) as JsonValue, Math.ceil(ttlMs));

  for (let i = 0; i < REHEARSAL; i++) await save(`first-${i}`, i, TTL_MS);
  const { wallMs } = await measure(async () => {
    for (let i = 0; i < REHEARSAL; i++) await save(`second-${i}`, i, TTL_MS);
  });

  const empty = heapBytes();
  const fillingMs = (wallMs / REHEARSAL) * entries * patience;
  // Leaves time to collect garbage before watching begins.
  const due = performance.now() + fillingMs + 1000 + BEFORE_MS;
  for (let i = 0; i < entries; i++) {
    const ttlMs = due + (i / entries) * windowMs - performance.now();
    await save(keyOf(i), i, Math.max(1, ttlMs));
  }
  const full = heapBytes();
  const waitMs = due - BEFORE_MS - performance.now();
  if (waitMs < 0) return undefined;
  await delay(waitMs);

  const histogram = monitorEventLoopDelay({ resolution: SAMPLE_MS });
  histogram.enable();
  const { cpuMs } = await measure(() => delay(BEFORE_MS + windowMs + afterMs));
  histogram.disable();
  return {
    cpuMs,
    stallMs: histogram.max / 1e6 - SAMPLE_MS,
    freed: (full - heapBytes()) / (full - empty),
  };
}
