import { join } from "node:path";
import { Score } from "../race.ts";
import { toRow, type Row } from "../row.ts";
import { rotated } from "../statistics.ts";
import type { Experiment, Lab } from "../suite.ts";
import { startWorker } from "../worker-process.ts";
import { OURS, RAW_LANCEDB } from "./contestants.ts";
import type { FixtureTasks } from "./fixture-worker.ts";
import { fixture } from "./fixtures.ts";
import { lanceDbVersion } from "./lancedb.ts";
import { Scratch } from "./scratch.ts";

// What the import has written to the log is flushed to the table in the background.
const SETTLED = "mem, until all of it is in LanceDB's table";

/** Imports a bundle with vectors into an empty store, read from disk and parsed. */
export const importSome: Experiment = {
  title: "bulk import, 100k entries",
  run: (lab) => importRows(100_000, "100k entries", lab.rounds, lab),
};

export const importMillion: Experiment = {
  title: "bulk import, 1M entries",
  run: (lab) => importRows(1_000_000, "1M entries, in one round", 1, lab),
};

async function importRows(count: number, config: string, rounds: number, lab: Lab): Promise<Row[]> {
  lab.tookPart("LanceDB", lanceDbVersion());
  const bundle = await fixture("bundle", count, lab.tell);
  const rates = new Score();
  const cpu = new Score();
  for (let round = 0; round < rounds; round++) {
    for (const which of rotated([OURS, RAW_LANCEDB] as const, round)) {
      lab.tell(`${which}, round ${round + 1} of ${rounds}`);
      using scratch = new Scratch();
      const path = scratch.path("store");
      await using worker = startWorker<FixtureTasks>(
        join(import.meta.dirname, "fixture-worker.ts"),
      );
      const { wallMs, cpuMs, settledMs } = await worker.ask("load", { which, path, bundle });
      rates.add(which, (count / wallMs) * 1000);
      if (which === OURS) rates.add(SETTLED, (count / settledMs) * 1000);
      cpu.add(which, (cpuMs / count) * 1000);
    }
  }
  const figure = {
    suite: "long-term",
    config: `230 B, 128 dimensions, ${config}`,
    rival: RAW_LANCEDB,
  } as const;
  return [
    toRow(
      {
        ...figure,
        case: "bulk import",
        clock: "wall",
        better: "higher",
        unit: "entries/s",
        target: 0.5,
        stretch: 0.8,
      },
      {
        ours: rates.of(OURS),
        against: rates.of(RAW_LANCEDB),
        peers: rates.without(OURS, RAW_LANCEDB),
      },
    ),
    toRow(
      {
        ...figure,
        case: "bulk import, CPU of all threads",
        clock: "cpu",
        better: "lower",
        unit: "µs/entry",
      },
      { ours: cpu.of(OURS), against: cpu.of(RAW_LANCEDB) },
    ),
  ];
}
