import { cpSync } from "node:fs";
import { join } from "node:path";
import { Score } from "../race.ts";
import { toRow } from "../row.ts";
import { median, rotated } from "../statistics.ts";
import type { Experiment, Lab } from "../suite.ts";
import { startWorker, type WorkerProcess } from "../worker-process.ts";
import { Arena } from "./arena.ts";
import { OURS, RAW_LANCEDB } from "./contestants.ts";
import { fixture } from "./fixtures.ts";
import type { Probe, ProbeTasks } from "./probe-worker.ts";

const MILLION = 1_000_000;
const PLACE = 456_789;
const FRAMES = 10_000;
const TURNS = 3;
const IDLE_MS = 4000;
const MB = 1e6;
const LIMIT_MB = 400;
const STRETCH_MB = 250;
const PARSE = "read and parse";

const inMs = {
  suite: "long-term",
  case: "open to first answer",
  clock: "wall",
  better: "lower",
  unit: "ms",
} as const;

/** The time to the first memory read in a process that has just started. */
export const openMillion: Experiment = {
  title: "open to first answer, 1M rows",
  async run(lab) {
    const folders = {
      [OURS]: await fixture(OURS, MILLION, lab.tell),
      [RAW_LANCEDB]: await fixture(RAW_LANCEDB, MILLION, lab.tell),
    } as const;
    const score = await raceOpenings(
      { [OURS]: () => folders[OURS], [RAW_LANCEDB]: () => folders[RAW_LANCEDB] },
      lab,
      PLACE,
    );
    return [
      toRow(
        { ...inMs, config: "230 B, 128 dimensions, 1M rows", rival: RAW_LANCEDB, target: 1.5 },
        { ours: score.of(OURS), against: score.of(RAW_LANCEDB) },
      ),
    ];
  },
};

/** The same if the last process died before its log was flushed. */
export const openUnflushed: Experiment = {
  title: "open to first answer, 10,000 unflushed frames",
  async run(lab) {
    await using arena = new Arena();
    lab.tell(`${FRAMES} saves, then kill -9`);
    const folder = arena.path("killed");
    const { store } = await arena.open(OURS, { folder, keys: FRAMES });
    await store.ask("burst", { inFlight: FRAMES, n: FRAMES });
    await store[Symbol.asyncDispose]();
    const copy = (): string => {
      const path = arena.path("copy");
      cpSync(folder, path, { recursive: true });
      return path;
    };
    const ours = "mem, no vectors";
    const score = await raceOpenings({ [ours]: copy, [PARSE]: copy }, lab, FRAMES - 1);
    return [
      toRow(
        { ...inMs, config: "230 B, 10,000 unflushed frames", rival: PARSE, target: 3 },
        { ours: score.of(ours), against: score.of(PARSE) },
      ),
    ];
  },
};

/** The memory of an idle process that has a large store open. */
export const residentMemory: Experiment = {
  title: "resident memory, 1M rows, idle",
  async run(lab) {
    const score = new Score();
    const folders = {
      [OURS]: await fixture(OURS, MILLION, lab.tell),
      [RAW_LANCEDB]: await fixture(RAW_LANCEDB, MILLION, lab.tell),
    } as const;
    for (let round = 0; round < lab.rounds; round++) {
      lab.tell(`round ${round + 1} of ${lab.rounds}`);
      for (const probe of [OURS, RAW_LANCEDB] as const) {
        await using worker = startProbe();
        await worker.ask("open", { probe, folder: folders[probe], place: PLACE + round });
        score.add(probe, (await worker.ask("rest", { idleMs: IDLE_MS })) / MB);
      }
    }
    const ours = score.of(OURS);
    return [
      toRow(
        {
          suite: "long-term",
          case: "resident memory, idle",
          config: "230 B, 128 dimensions, 1M rows",
          clock: "none",
          better: "lower",
          unit: "MB",
          rival: "the limit set",
          target: 1,
          stretch: STRETCH_MB / LIMIT_MB,
        },
        {
          ours,
          against: ours.map(() => LIMIT_MB),
          peers: new Map([[RAW_LANCEDB, score.of(RAW_LANCEDB)]]),
        },
      ),
    ];
  },
};

/** Each probe runs in a new process every time, in turns; scores the median of a round. */
async function raceOpenings(
  folders: Readonly<Partial<Record<Probe, () => string>>>,
  lab: Lab,
  place: number,
): Promise<Score> {
  const score = new Score();
  const probes = Object.entries(folders) as [Probe, () => string][];
  for (let round = -1; round < lab.rounds; round++) {
    lab.tell(round < 0 ? "warming up" : `round ${round + 1} of ${lab.rounds}`);
    const took = new Map<Probe, number[]>(probes.map(([probe]) => [probe, []]));
    for (let turn = 0; turn < TURNS; turn++) {
      for (const [probe, folder] of rotated(probes, round + turn + 1)) {
        await using worker = startProbe();
        took.get(probe)?.push(await worker.ask("open", { probe, folder: folder(), place }));
      }
    }
    if (round < 0) continue;
    for (const [probe, ms] of took) score.add(probe, median(ms));
  }
  return score;
}

function startProbe(): WorkerProcess<ProbeTasks> {
  return startWorker<ProbeTasks>(join(import.meta.dirname, "probe-worker.ts"));
}
