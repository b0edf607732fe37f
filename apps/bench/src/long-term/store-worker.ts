import { setTimeout as sleep } from "node:timers/promises";
import { measure } from "../clocks.ts";
import { median } from "../statistics.ts";
import { serve } from "../worker-process.ts";
import type { Backlog, Contestant, Opening } from "./contestant.ts";
import { openContestant } from "./contestants.ts";
import { createPlaces, expectValue } from "./workload.ts";

/*
 * One contestant in a separate process.
 */

export type Call = "get" | "save";

export interface StoreOpening extends Opening {
  readonly name: string;
  /** The place of the first memory that is asked for. */
  readonly first: number;
  /** The number of memories to ask for, from the first on; saves go through them in order, again and again. */
  readonly keys: number;
}

/** What sequential calls took. */
export interface Took {
  readonly wallMs: number;
  /** CPU time of all threads. */
  readonly cpuMs: number;
  /** The median. */
  readonly p50Ms: number;
}

export interface Lanes {
  readonly operations: number;
  readonly wallMs: number;
}

/** A stretch of time: how many saves were acknowledged in it, and the largest backlog. */
export interface Stretch extends Lanes {
  readonly backlog: Backlog;
}

export type StoreTasks = {
  readonly open: (opening: StoreOpening) => Promise<void>;
  /** Warms up; resolves with how many calls fill a slice. */
  readonly prepare: (options: { call: Call; sliceMs: number }) => Promise<number>;
  readonly calls: (options: { call: Call; n: number }) => Promise<Took>;
  /** Makes `n` saves, of which `inFlight` are always in progress; resolves with the milliseconds. */
  readonly burst: (options: { inFlight: number; n: number }) => Promise<number>;
  readonly lanes: (options: { inFlight: number; ms: number }) => Promise<Lanes>;
  readonly sustain: (options: {
    inFlight: number;
    stretches: number;
    stretchMs: number;
  }) => Promise<Stretch[]>;
  readonly settle: (options: object) => Promise<void>;
};

// Asking for the backlog costs a little, too.
const WATCH_MS = 500;

let contestant: Contestant;
let first = 0;
let keys = 1;
let places: Uint32Array = new Uint32Array(1);
let saves = 0;
let gets = 0;

const tasks: StoreTasks = {
  async open({ name, first: from, keys: count, ...opening }) {
    first = from;
    keys = count;
    places = createPlaces(count);
    contestant = await openContestant(name, opening);
  },
  async prepare({ call, sliceMs }) {
    for (let n = 8; ; n *= 2) {
      const { wallMs } = await tasks.calls({ call, n });
      if (wallMs < sliceMs) continue;
      await contestant.settle?.();
      return Math.max(1, Math.round((n * sliceMs) / wallMs));
    }
  },
  async calls({ call, n }) {
    const took = new Float64Array(n);
    const { wallMs, processCpuMs } = await measure(async () => {
      for (let i = 0; i < n; i++) {
        const begin = performance.now();
        if (call === "save") await save();
        else await get();
        took[i] = performance.now() - begin;
      }
    });
    return { wallMs, cpuMs: processCpuMs, p50Ms: median([...took]) };
  },
  async burst({ inFlight, n }) {
    const end = saves + n;
    const start = performance.now();
    await inParallel(inFlight, async () => {
      while (saves < end) await save();
    });
    return performance.now() - start;
  },
  async lanes({ inFlight, ms }) {
    const before = saves;
    const start = performance.now();
    await inParallel(inFlight, async () => {
      while (performance.now() - start < ms) await save();
    });
    return { operations: saves - before, wallMs: performance.now() - start };
  },
  async sustain({ inFlight, stretches, stretchMs }) {
    const told: Stretch[] = [];
    const watching = (async () => {
      for (let i = 0; i < stretches; i++) told.push(await watch(stretchMs));
    })();
    await inParallel(inFlight, async () => {
      while (told.length < stretches) await save();
    });
    await watching;
    return told;
  },
  async settle() {
    await contestant.settle?.();
  },
};

async function watch(ms: number): Promise<Stretch> {
  const before = saves;
  const start = performance.now();
  let most: Backlog = { entries: 0, bytes: 0 };
  while (performance.now() - start < ms) {
    await sleep(WATCH_MS);
    const now = await contestant.backlog?.();
    if (now === undefined) continue;
    most = {
      entries: Math.max(most.entries, now.entries),
      bytes: Math.max(most.bytes, now.bytes),
    };
  }
  return { operations: saves - before, wallMs: performance.now() - start, backlog: most };
}

async function save(): Promise<void> {
  const i = saves++;
  await contestant.save(first + (i % keys), 1 + Math.floor(i / keys));
}

async function get(): Promise<void> {
  expectValue(await contestant.get?.(first + (places[gets++ % places.length] as number)));
}

async function inParallel(count: number, work: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, work));
}

serve(tasks);
