import { startRedis, type RedisServer } from "@mem/redis-server";
import { race, Score, type Runner } from "../race.ts";
import { ioredisVersion } from "../redis/ioredis.ts";
import { scriptTimeMs } from "../redis/script-time.ts";
import { toRow, type Row } from "../row.ts";
import { median } from "../statistics.ts";
import type { Experiment, Lab } from "../suite.ts";
import { BARE, OURS } from "./conversations.ts";
import { callRunner, Members, type Member } from "./members.ts";
import { MASTRA } from "./peer-conversations.ts";
import { startTripCounter } from "./trip-counter.ts";

/** What a turn of calls took: the median, and the part of it that was spent inside scripts of the server. */
interface Took {
  readonly p50Ms: number;
  readonly scriptMs: number;
}

const WITH_SCRIPT = `${BARE} + the script`;
const CONFIG = "230 B, on Redis";
const COUNTED = 20;

/** Messages one after the other, each after the previous one was acknowledged. */
export const appending: Experiment = {
  title: "append, one at a time",
  async run(lab) {
    await using redis = await startRedis();
    lab.tookPart("Redis", redis.version);
    lab.tookPart("ioredis", ioredisVersion());
    const names = [OURS, BARE, ...(lab.hasPeers ? [MASTRA] : [])];
    return [await p50Row(names, redis, lab), await tripsRow(names, redis, lab)];
  },
};

async function p50Row(names: readonly string[], redis: RedisServer, lab: Lab): Promise<Row> {
  await using members = new Members();
  const opened = await members.open(names, { url: redis.url });
  for (const { process } of opened) await process.ask("join", { id: "append", messages: 0 });
  const p50Ms = new Score();
  const scripts = new Score();
  const runners = opened.map((member) => timedRunner(member, redis));
  for (let round = 0; round < lab.rounds; round++) {
    lab.tell(`round ${round + 1} of ${lab.rounds}`);
    for (const [name, { costs }] of await race(runners, lab, round)) {
      p50Ms.add(name, median(costs.map((cost) => cost.p50Ms)));
      scripts.add(name, median(costs.map((cost) => cost.scriptMs)));
    }
  }
  const script = scripts.of(OURS);
  const bare = p50Ms.of(BARE);
  return toRow(
    {
      suite: "session",
      case: "append one at a time, p50",
      config: CONFIG,
      clock: "wall",
      better: "lower",
      rival: WITH_SCRIPT,
      unit: "ms",
      target: 1.2,
      stretch: 1.1,
    },
    {
      ours: p50Ms.of(OURS),
      against: bare.map((ms, i) => ms + (script[i] ?? Number.NaN)),
      peers: new Map([["the script", script], [BARE, bare], ...p50Ms.without(OURS, BARE)]),
    },
  );
}

function timedRunner(member: Member, redis: RedisServer): Runner<Took> {
  const runner = callRunner(member, "append");
  return {
    ...runner,
    run: async (n) => {
      await redis.command("CONFIG", "RESETSTAT");
      const { p50Ms } = await runner.run(n);
      return { p50Ms, scriptMs: (await scriptTimeMs(redis)) / n };
    },
  };
}

/** Each participant through a separate counter, after it has connected and joined. */
async function tripsRow(names: readonly string[], redis: RedisServer, lab: Lab): Promise<Row> {
  lab.tell("round trips");
  const trips = new Score();
  for (const name of names) {
    await using counter = await startTripCounter(redis.port);
    await using members = new Members();
    const [member] = await members.open([name], { url: counter.url });
    const { process } = member as Member;
    await process.ask("join", { id: `trips of ${name}`, messages: 1 });
    for (let round = 0; round < lab.rounds; round++) {
      const before = counter.trips();
      await process.ask("run", { call: "append", n: COUNTED });
      trips.add(name, (counter.trips() - before) / COUNTED);
    }
  }
  return toRow(
    {
      suite: "session",
      case: "append, round trips",
      config: CONFIG,
      clock: "none",
      better: "lower",
      rival: BARE,
      unit: "trips",
      target: 1,
    },
    { ours: trips.of(OURS), against: trips.of(BARE), peers: trips.without(OURS, BARE) },
  );
}
