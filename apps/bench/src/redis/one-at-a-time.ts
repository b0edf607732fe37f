import { startRedis, type RedisServer } from "@mem/redis-server";
import { race, Score, type Runner } from "../race.ts";
import { toRow, type Figure, type Row } from "../row.ts";
import { median } from "../statistics.ts";
import type { Experiment, Lab } from "../suite.ts";
import { ClientProcesses, type NamedClient } from "./client-processes.ts";
import type { Call } from "./client-worker.ts";
import { HANDMADE, OURS, OURS_IN_SESSION, PLAIN } from "./clients.ts";
import { ioredisVersion } from "./ioredis.ts";
import { PEER_CLIENTS } from "./peer-clients.ts";
import { scriptTimeMs } from "./script-time.ts";

/** What a turn of calls took: the median, and the part of it that was spent inside scripts of the server. */
interface Took {
  readonly p50Ms: number;
  readonly scriptMs: number;
}

const WITH_SCRIPT = "SET + the script";

/** Sequential calls: the median time. */
export const oneAtATime: Experiment = {
  title: "one at a time, 230 B",
  async run(lab) {
    await using redis = await startRedis();
    await using processes = new ClientProcesses();
    const names = [OURS, PLAIN, OURS_IN_SESSION];
    const clients = await openAll(processes, redis, lab, 10_000, [
      ...names,
      ...(lab.hasPeers ? Object.keys(PEER_CLIENTS) : []),
    ]);
    const gets = await runCalls(clients, "get", redis, lab);
    const saves = await runCalls(clients, "save", redis, lab);
    const scripts = saves.scriptMs.of(OURS);
    const set = saves.p50Ms.of(PLAIN);
    return [
      calls("get", PLAIN, 1.05, {
        ours: gets.p50Ms.of(OURS),
        against: gets.p50Ms.of(PLAIN),
        peers: gets.p50Ms.without(OURS, PLAIN),
      }),
      calls("save", WITH_SCRIPT, 1.2, {
        ours: saves.p50Ms.of(OURS),
        against: set.map((ms, i) => ms + (scripts[i] ?? Number.NaN)),
        peers: new Map([
          ["the script", scripts],
          [`${PLAIN} SET`, set],
          ...saves.p50Ms.without(OURS, PLAIN),
        ]),
      }),
    ];
  },
};

/** Counts the entries of an agent that has a thousand. */
export const countOne: Experiment = {
  title: "count one agent",
  async run(lab) {
    await using redis = await startRedis();
    await using processes = new ClientProcesses();
    const clients = await openAll(processes, redis, lab, 1000, [OURS, HANDMADE]);
    const { p50Ms } = await runCalls(clients, "count", redis, lab);
    const figure = { ...figureOf("count one agent", "ZCOUNT", 1.5), stretch: 1.2 };
    return [toRow(figure, { ours: p50Ms.of(OURS), against: p50Ms.of(HANDMADE) })];
  },
};

async function openAll(
  processes: ClientProcesses,
  redis: RedisServer,
  lab: Lab,
  keys: number,
  names: readonly string[],
): Promise<readonly NamedClient[]> {
  lab.tookPart("Redis", redis.version);
  lab.tookPart("ioredis", ioredisVersion());
  lab.tell("filling");
  return processes.open(names, { url: redis.url, keys, size: "230 B" });
}

async function runCalls(
  clients: readonly NamedClient[],
  call: Call,
  redis: RedisServer,
  lab: Lab,
): Promise<{ readonly p50Ms: Score; readonly scriptMs: Score }> {
  const scores = { p50Ms: new Score(), scriptMs: new Score() };
  const runners = clients.map((client) => callRunner(client, call, redis));
  for (let round = 0; round < lab.rounds; round++) {
    lab.tell(`${call}, round ${round + 1} of ${lab.rounds}`);
    for (const [name, { costs }] of await race(runners, lab, round)) {
      scores.p50Ms.add(name, median(costs.map(({ p50Ms }) => p50Ms)));
      scores.scriptMs.add(name, median(costs.map(({ scriptMs }) => scriptMs)));
    }
  }
  return scores;
}

function callRunner({ name, client }: NamedClient, call: Call, redis: RedisServer): Runner<Took> {
  return {
    name,
    prepare: (sliceMs) => client.ask("prepareCalls", { call, sliceMs }),
    run: async (n) => {
      await redis.command("CONFIG", "RESETSTAT");
      const p50Ms = await client.ask("runCalls", { call, n });
      return { p50Ms, scriptMs: (await scriptTimeMs(redis)) / n };
    },
  };
}

function calls(
  call: Call,
  rival: string,
  target: number,
  rounds: Parameters<typeof toRow>[1],
): Row {
  return toRow(figureOf(`${call} one at a time, p50`, rival, target), rounds);
}

function figureOf(name: string, rival: string, target: number): Figure {
  return {
    suite: "redis",
    case: name,
    config: "230 B",
    clock: "wall",
    better: "lower",
    rival,
    unit: "ms",
    target,
  };
}
