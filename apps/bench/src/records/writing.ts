import { join } from "node:path";
import { Scratch } from "../long-term/scratch.ts";
import { race, Score, type Runner } from "../race.ts";
import { toRow, type Figure, type Row } from "../row.ts";
import type { Experiment, Lab } from "../suite.ts";
import { startWorker } from "../worker-process.ts";
import {
  APPEND_FILE,
  ENCODE,
  ENCODE_AND_HASH,
  FINISHED,
  GROUP_COMMIT,
  OURS,
  OURS_BY_MANAGER,
  OURS_KEYED,
  OURS_ONE_FILE,
  OURS_PROCESS,
  OURS_PROCESS_ONE_FILE,
  SYNC_EACH,
} from "./contestants.ts";
import { PINO_ASYNC, PINO_SYNC, SONIC_BOOM, SONIC_BOOM_SYNCED } from "./peer-loggers.ts";
import type { Written, WriteTasks } from "./write-worker.ts";

const WRITERS = 64;
/** Durable writing comes in the rhythm of the disk. */
const DURABLE_SLICES = 4;

const figure = { suite: "records", clock: "wall", better: "higher", unit: "records/s" } as const;

/** Records that are on disk before they are acknowledged. */
export const durable: Experiment = {
  title: "durable, 64 writers",
  async run(lab) {
    const beside = [FINISHED, OURS_ONE_FILE, OURS_KEYED, OURS_BY_MANAGER];
    const peers = lab.hasPeers ? [SONIC_BOOM_SYNCED] : [];
    const names = [OURS, GROUP_COMMIT, SYNC_EACH, ...beside, ...peers];
    const { rates, cpu } = await raceWriters(names, lab, DURABLE_SLICES);
    const row = { ...figure, case: "durable append", config: `230 B, ${WRITERS} writers` };
    return [
      toRow(
        { ...row, rival: GROUP_COMMIT, target: 0.8, stretch: 0.95 },
        {
          ours: rates.of(OURS),
          against: rates.of(GROUP_COMMIT),
          peers: rates.without(OURS, GROUP_COMMIT, SYNC_EACH),
        },
      ),
      toRow(
        { ...row, rival: SYNC_EACH, target: 100 },
        { ours: rates.of(OURS), against: rates.of(SYNC_EACH) },
      ),
      cpuRow(row, OURS, GROUP_COMMIT, cpu),
    ];
  },
};

/** Records that are acknowledged when the operating system has them. */
export const processDurable: Experiment = {
  title: "durability: process, awaited",
  async run(lab) {
    const peers = lab.hasPeers ? [PINO_ASYNC, PINO_SYNC, SONIC_BOOM] : [];
    const names = [OURS_PROCESS, ENCODE_AND_HASH, OURS_PROCESS_ONE_FILE, ENCODE, APPEND_FILE];
    const { rates, cpu } = await raceWriters([...names, ...peers], lab, 2);
    const row = {
      ...figure,
      case: 'append, durability "process"',
      config: `230 B, ${WRITERS} writers`,
    };
    const ours = rates.of(OURS_PROCESS);
    return [
      toRow(
        { ...row, rival: ENCODE_AND_HASH, target: 0.6, stretch: 0.7 },
        {
          ours,
          against: rates.of(ENCODE_AND_HASH),
          peers: rates.without(OURS_PROCESS, ENCODE_AND_HASH, PINO_ASYNC),
        },
      ),
      ...(lab.hasPeers
        ? [
            toRow(
              { ...row, rival: PINO_ASYNC, target: 2.5, stretch: 4 },
              { ours, against: rates.of(PINO_ASYNC) },
            ),
          ]
        : []),
      cpuRow(row, OURS_PROCESS, ENCODE_AND_HASH, cpu),
    ];
  },
};

/** The CPU cost, including compression of segments and all other background work. */
function cpuRow(
  row: Pick<Figure, "suite" | "case" | "config">,
  ours: string,
  rival: string,
  cpu: Score,
): Row {
  return toRow(
    {
      suite: row.suite,
      case: `${row.case}, CPU of all threads`,
      config: row.config,
      clock: "cpu",
      better: "lower",
      unit: "µs/record",
      rival,
    },
    { ours: cpu.of(ours), against: cpu.of(rival), peers: cpu.without(ours, rival) },
  );
}

async function raceWriters(
  names: readonly string[],
  { rounds, sliceMs, tell }: Pick<Lab, "rounds" | "sliceMs" | "tell">,
  slices: number,
): Promise<{ readonly rates: Score; readonly cpu: Score }> {
  const rates = new Score();
  const cpu = new Score();
  using scratch = new Scratch();
  for (let round = 0; round < rounds; round++) {
    tell(`round ${round + 1} of ${rounds}`);
    await using stack = new AsyncDisposableStack();
    const runners: Runner<Written>[] = [];
    for (const name of names) {
      const worker = stack.use(
        startWorker<WriteTasks>(join(import.meta.dirname, "write-worker.ts")),
      );
      await worker.ask("open", { name, folder: scratch.path("trail") });
      runners.push({
        name,
        prepare: (ms) => worker.ask("prepare", { writers: WRITERS, sliceMs: ms }),
        run: (n) => worker.ask("write", { writers: WRITERS, n }),
      });
    }
    for (const [name, { operations, costs }] of await race(
      runners,
      { sliceMs: sliceMs * slices },
      round,
    )) {
      const total = (key: keyof Written): number => costs.reduce((sum, cost) => sum + cost[key], 0);
      rates.add(name, (operations / total("wallMs")) * 1000);
      cpu.add(name, (total("cpuMs") * 1000) / operations);
    }
  }
  return { rates, cpu };
}
