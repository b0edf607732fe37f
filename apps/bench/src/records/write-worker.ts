import { measure } from "../clocks.ts";
import { serve } from "../worker-process.ts";
import type { Contestant } from "./contestant.ts";
import { openContestant } from "./contestants.ts";

/*
 * One contestant in a separate process.
 */

export interface Written {
  /** The time until the last record was acknowledged, or written if the contestant acknowledges nothing. */
  readonly wallMs: number;
  /** CPU time of all threads, including the background work that was left. */
  readonly cpuMs: number;
}

export type WriteTasks = {
  readonly open: (options: { name: string; folder: string }) => Promise<void>;
  /** Warms up; resolves with how many records fill a slice. */
  readonly prepare: (options: { writers: number; sliceMs: number }) => Promise<number>;
  /** Writes `n` records with this many writers, each of which waits for its last record before its next one. */
  readonly write: (options: { writers: number; n: number }) => Promise<Written>;
};

let contestant: Contestant;
let place = 0;

const tasks: WriteTasks = {
  async open({ name, folder }) {
    contestant = await openContestant(name, folder);
  },
  async prepare({ writers, sliceMs }) {
    for (let n = writers; ; n *= 2) {
      const { wallMs } = await tasks.write({ writers, n });
      if (wallMs >= sliceMs) return Math.max(writers, Math.round((n * sliceMs) / wallMs));
    }
  },
  async write({ writers, n }) {
    let wallMs = 0;
    const { processCpuMs } = await measure(async () => {
      const start = performance.now();
      const end = place + n;
      await Promise.all(Array.from({ length: writers }, () => writeUntil(end)));
      await contestant.drain?.();
      wallMs = performance.now() - start;
      await contestant.settle?.();
    });
    return { wallMs, cpuMs: processCpuMs };
  },
};

async function writeUntil(end: number): Promise<void> {
  while (place < end) {
    const pending = contestant.append(place++);
    if (pending !== undefined) await pending;
  }
}

serve(tasks);
