import { startRedis } from "@mem/redis-server";
import type { Cost } from "../clocks.ts";
import { race, Score } from "../race.ts";
import { toRow, type Figure, type Row } from "../row.ts";
import type { Experiment } from "../suite.ts";
import type { ValueSize } from "../values.ts";
import { ClientProcesses, type NamedClient } from "./client-processes.ts";
import { OURS, OURS_IN_SESSION, OURS_OF_MANY, PIPELINED, PLAIN } from "./clients.ts";
import { ioredisVersion } from "./ioredis.ts";
import { PEER_CLIENTS } from "./peer-clients.ts";

const MIXES = { "50/50": 0.5, "90/10": 0.9 } as const;
const VARIANTS = [OURS_OF_MANY, OURS_IN_SESSION] as const;

interface Options {
  readonly inFlight: number;
  readonly size: ValueSize;
  readonly mixes: readonly (keyof typeof MIXES)[];
  /** Whether there is a target; otherwise the figures are for information. */
  readonly hasTarget: boolean;
}

/** Gets and saves with many calls always in progress: operations per second, and their cost for the client. */
export function inFlight(options: Options): Experiment {
  const { inFlight: count, size } = options;
  return {
    title: `${count.toLocaleString("en-US")} in flight, ${size}`,
    async run(lab) {
      await using redis = await startRedis();
      lab.tookPart("Redis", redis.version);
      lab.tookPart("ioredis", ioredisVersion());
      await using processes = new ClientProcesses();
      lab.tell("filling");
      const names = [OURS, PIPELINED, ...VARIANTS, PLAIN];
      const clients = await processes.open(
        lab.hasPeers ? [...names, ...Object.keys(PEER_CLIENTS)] : names,
        { url: redis.url, keys: 10_000, size },
      );
      const rows: Row[] = [];
      for (const mix of options.mixes) {
        const rates = new Score();
        const costs = new Score();
        for (let round = 0; round < lab.rounds; round++) {
          lab.tell(`${mix}, round ${round + 1} of ${lab.rounds}`);
          const runners = clients.map(({ name, client }) =>
            runner({ name, client }, { reads: MIXES[mix], inFlight: count }),
          );
          for (const [name, lap] of await race(runners, lab, round)) {
            const sum = (of: (cost: Cost) => number): number =>
              lap.costs.reduce((total, cost) => total + of(cost), 0);
            rates.add(name, (lap.operations / sum((cost) => cost.wallMs)) * 1000);
            costs.add(name, (sum((cost) => cost.processCpuMs) / lap.operations) * 1000);
          }
        }
        rows.push(...toRows(`${size}, ${mix}`, options, rates, costs));
      }
      return rows;
    },
  };
}

function runner({ name, client }: NamedClient, load: { reads: number; inFlight: number }) {
  return {
    name,
    prepare: (sliceMs: number) => client.ask("prepare", { ...load, sliceMs }),
    run: (n: number) => client.ask("run", { ...load, n }),
  };
}

function toRows(config: string, options: Options, rates: Score, costs: Score): Row[] {
  const { hasTarget, inFlight: count } = options;
  const figure = { suite: "redis", config, rival: PIPELINED } as const;
  const rate: Figure = {
    ...figure,
    case: `${count.toLocaleString("en-US")} in flight`,
    clock: "wall",
    better: "higher",
    unit: "ops/s",
    ...(hasTarget && { target: 2, stretch: 3 }),
  };
  const cost: Figure = {
    ...figure,
    case: `${rate.case}, client CPU`,
    clock: "cpu",
    better: "lower",
    unit: "µs/op",
    ...(hasTarget && { target: 0.5, stretch: 0.35 }),
  };
  return [row(rate, rates), row(cost, costs)];
}

function row(figure: Figure, score: Score): Row {
  return toRow(figure, {
    ours: score.of(OURS),
    against: score.of(PIPELINED),
    peers: score.without(OURS, PIPELINED),
  });
}
