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
  /** How long after the first entry the last one is due, in milliseconds. */
  readonly windowMs: number;
  /** How long after the last one is due the work may still go on. */
  readonly afterMs: number;
  /** How many times as long as rehearsed the filling may take. */
  readonly patience: number;
}

export interface Expired {
  /** CPU time of the main thread from a second before the first entry is due to the end. */
  readonly cpuMs: number;
  /** The longest time for which the event loop did nothing else. */
  readonly stallMs: number;
  /** The share of the entries' bytes that is free at the end, though nobody has read an entry. */
  readonly freed: number;
}

const REHEARSAL = 20_000;
const SAMPLE_MS = 2;
/** It is watched from then on: who looks through all entries may be at it when the first one is due. */
const BEFORE_MS = 1000;

/**
 * Fills a cache with entries that are due one after the other within a window, and watches that from afar; `undefined`
 * where filling it took too long for that.
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
  // There is garbage to collect before it is watched.
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
