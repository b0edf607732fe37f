import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createLanceDbStore } from "@mem/longterm-lancedb";
import { serve } from "../worker-process.ts";
import { readLog } from "./log-reading.ts";
import { RawTable } from "./raw-table.ts";
import { VECTORS_OF } from "./vectors.ts";
import { expectValue, memoryAt, toId } from "./workload.ts";

/*
 * A process that has just started, for what happens only once. Native code is loaded when it is first needed, which
 * counts.
 */

export type Probe = "mem" | "mem, no vectors" | "LanceDB" | "read and parse";

export type ProbeTasks = {
  /** Opens what is there and reads one memory; resolves with the milliseconds. */
  readonly open: (options: { probe: Probe; folder: string; place: number }) => Promise<number>;
  /** Collects garbage and waits; resolves with the memory of the process, in bytes. */
  readonly rest: (options: { idleMs: number }) => Promise<number>;
};

// Held as by a program that goes on running.
let held: unknown;

const probes: Readonly<Record<Probe, (folder: string, place: number) => Promise<unknown>>> = {
  mem: (folder, place) => openOurs({ uri: folder, embedder: VECTORS_OF }, place),
  "mem, no vectors": (folder, place) => openOurs({ uri: folder }, place),
  LanceDB: async (folder, place) => {
    const table = await RawTable.open(folder);
    held = table;
    return table.get(toId(memoryAt(place, 0)));
  },
  "read and parse": async (folder, place) => {
    const { key } = memoryAt(place, 0);
    const values = readLog(join(folder, "log"));
    held = values;
    return values.get(key);
  },
};

const tasks: ProbeTasks = {
  async open({ probe, folder, place }) {
    // Making the workload does not count.
    memoryAt(place, 0);
    const start = performance.now();
    expectValue(await probes[probe](folder, place));
    return performance.now() - start;
  },
  async rest({ idleMs }) {
    globalThis.gc?.();
    await sleep(idleMs);
    globalThis.gc?.();
    await sleep(idleMs / 4);
    return held === undefined ? Number.NaN : process.memoryUsage.rss();
  },
};

async function openOurs(
  options: Parameters<typeof createLanceDbStore>[0],
  place: number,
): Promise<unknown> {
  const store = createLanceDbStore(options);
  held = store;
  const { scope, key } = memoryAt(place, 0);
  const [entry] = await store.get(scope, [key]);
  return entry?.value;
}

serve(tasks);
