import { mkdir } from "node:fs/promises";
import { importBundle } from "@mem/bundle";
import { isMemoryError, type LongTermStore } from "@mem/core";
import { createLanceDbStore } from "@mem/longterm-lancedb";
import { measure } from "../clocks.ts";
import { serve } from "../worker-process.ts";
import { addBundle, writeBundle } from "./bundle.ts";
import type { Fixture } from "./fixtures.ts";
import { rested } from "./folder-size.ts";
import { RawTable } from "./raw-table.ts";
import { DIMENSIONS, VECTORS_OF } from "./vectors.ts";

export interface Making {
  readonly which: Fixture;
  readonly path: string;
  readonly count: number;
  /** What the other fixtures are made from. */
  readonly bundle: string;
}

export interface Loaded {
  /** The duration of the call. */
  readonly wallMs: number;
  /** CPU time of all threads during the call. */
  readonly cpuMs: number;
  /** The time until everything was in the table. */
  readonly settledMs: number;
}

export type FixtureTasks = {
  readonly make: (making: Making) => Promise<void>;
  /** Loads a bundle into a new store or table. */
  readonly load: (loading: Omit<Making, "count">) => Promise<Loaded>;
};

const BATCHES_BETWEEN = 20;
const MAINTENANCE = { quietMs: 10_000, patienceMs: 300_000 };

const tasks: FixtureTasks = {
  async make({ which, path, count, bundle }) {
    if (which === "bundle") return writeBundle(path, count);
    await mkdir(path, { recursive: true });
    if (which === "LanceDB") {
      const table = await RawTable.create(path, DIMENSIONS);
      await addBundle(table, bundle);
      await table.index();
      await table.optimize();
      return undefined;
    }
    await using store = createLanceDbStore({ uri: path, embedder: VECTORS_OF });
    await importBundle(unhurried(store), bundle);
    await flushed(store);
    await rested(path, MAINTENANCE);
  },
  async load({ which, path, bundle }) {
    await mkdir(path, { recursive: true });
    if (which === "LanceDB") {
      const table = await RawTable.create(path, DIMENSIONS);
      return took(() => addBundle(table, bundle));
    }
    await using store = createLanceDbStore({ uri: path, embedder: VECTORS_OF });
    // The first call opens the store.
    await store.count({ tenantId: "default", agentId: "agent-0" });
    return await took(
      () => importBundle(store, bundle),
      () => store.flush(),
    );
  },
};

/** Nothing is measured while a fixture is made, so the flush may catch up with the log, however busy the machine is. */
function unhurried(store: LongTermStore): LongTermStore {
  let batches = 0;
  const slow: Pick<LongTermStore, "restore"> = {
    restore: async (entries, options) => {
      const restored = await store.restore(entries, options);
      if (++batches % BATCHES_BETWEEN === 0) await flushed(store);
      return restored;
    },
  };
  return slow as LongTermStore;
}

/** Flushes, however long it takes: a large table may be compacted meanwhile. */
async function flushed(store: LongTermStore): Promise<void> {
  for (;;) {
    try {
      return await store.flush();
    } catch (error) {
      if (!isMemoryError(error) || !error.retryable) throw error;
    }
  }
}

async function took(
  work: () => Promise<unknown>,
  settle: () => Promise<unknown> = async () => undefined,
): Promise<Loaded> {
  const { wallMs, processCpuMs } = await measure(work);
  const settling = await measure(settle);
  return { wallMs, cpuMs: processCpuMs, settledMs: wallMs + settling.wallMs };
}

serve(tasks);
