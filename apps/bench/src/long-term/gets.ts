import { toRow } from "../row.ts";
import type { Experiment } from "../suite.ts";
import { Arena } from "./arena.ts";
import { raceCalls } from "./calls.ts";
import { MAP, OURS, RAW_LANCEDB, SQLITE } from "./contestants.ts";
import { fixture } from "./fixtures.ts";
import { LANGGRAPH, MASTRA } from "./peer-stores.ts";

const CACHED = 1000;
const MILLION = 1_000_000;

/** Reads recently read entries by key. */
export const getCached: Experiment = {
  title: "get by key, cached",
  async run(lab) {
    await using arena = new Arena();
    const peers = lab.hasPeers ? [LANGGRAPH, MASTRA] : [];
    const stores = await arena.openAll([OURS, MAP, SQLITE, ...peers], {
      keys: CACHED,
      filled: CACHED,
    });
    // Until all but a few in ten thousand have been read.
    for (const { store } of stores) await store.ask("calls", { call: "get", n: 8 * CACHED });
    const { perCpuSecond: rates } = await raceCalls(
      stores,
      { call: "get", sliceMs: lab.sliceMs },
      lab,
    );
    return [
      toRow(
        {
          suite: "long-term",
          case: "get by key, cached",
          config: "230 B, 1,000 memories",
          // Nothing waits for a disk, so CPU time is measured: it leaves out the share of other programs.
          clock: "cpu",
          better: "higher",
          unit: "gets/s",
          rival: MAP,
          target: 0.3,
          stretch: 0.6,
        },
        { ours: rates.of(OURS), against: rates.of(MAP), peers: rates.without(OURS, MAP) },
      ),
    ];
  },
};

/** Reads entries by key that nobody has read before, in a large store. */
export const getMillion: Experiment = {
  title: "get by key, 1M rows",
  async run(lab) {
    const folders = [
      [OURS, await fixture(OURS, MILLION, lab.tell)],
      [RAW_LANCEDB, await fixture(RAW_LANCEDB, MILLION, lab.tell)],
    ] as const;
    await using arena = new Arena();
    const stores = [];
    for (const [name, folder] of folders) {
      stores.push(await arena.open(name, { folder, keys: MILLION }));
    }
    const { p50Ms } = await raceCalls(stores, { call: "get", sliceMs: lab.sliceMs * 4 }, lab);
    return [
      toRow(
        {
          suite: "long-term",
          case: "get by key, p50",
          clock: "wall",
          config: "230 B, 128 dimensions, 1M rows, uncached",
          better: "lower",
          unit: "ms",
          rival: RAW_LANCEDB,
          target: 1.2,
          stretch: 1.1,
        },
        { ours: p50Ms.of(OURS), against: p50Ms.of(RAW_LANCEDB) },
      ),
    ];
  },
};
