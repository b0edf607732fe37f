import { startRedis } from "@mem/redis-server";
import { race, Score } from "../race.ts";
import { ioredisVersion } from "../redis/ioredis.ts";
import { toRow, type Figure, type Row } from "../row.ts";
import { median } from "../statistics.ts";
import type { Experiment, Lab } from "../suite.ts";
import type { Call } from "./conversation-worker.ts";
import {
  ARRAY,
  ARRAY_BY_STRUCTURED_CLONE,
  BARE,
  OURS,
  OURS_IN_PROCESS,
  type Place,
} from "./conversations.ts";
import { callRunner, Members, type Member } from "./members.ts";
import { LANGGRAPH, MASTRA, OPENAI } from "./peer-conversations.ts";

const BARE_READ = "LRANGE + parse";

interface Options {
  /** The number of messages in the conversation. */
  readonly messages: number;
}

/** Reads the end of a long conversation from a server. */
export function lastOnRedis({ messages }: Options): Experiment {
  const figure = figureOf(messages, "on Redis");
  return {
    title: `last 40 of ${formatted(messages)} on Redis`,
    async run(lab) {
      await using redis = await startRedis();
      lab.tookPart("Redis", redis.version);
      lab.tookPart("ioredis", ioredisVersion());
      await using members = new Members();
      const names = [OURS, BARE, ...(lab.hasPeers ? [MASTRA] : [])];
      const place = { url: redis.url, room: messages };
      const opened = await fill(members, names, place, lab);
      const { p50Ms } = await runCalls(opened, "last", lab);
      const ours = p50Ms.of(OURS);
      const row = toRow(
        { ...figure, clock: "wall", better: "lower", unit: "ms", rival: BARE_READ, target: 1.5 },
        { ours, against: p50Ms.of(BARE) },
      );
      if (!lab.hasPeers) return [row];
      const perSecond: Figure = {
        ...figure,
        clock: "wall",
        better: "higher",
        unit: "reads/s",
        rival: MASTRA,
        target: 50,
      };
      const rates = { ours: inASecond(ours), against: inASecond(p50Ms.of(MASTRA)) };
      return [row, toRow(perSecond, rates)];
    },
  };
}

/** Reads the end of a long conversation and adds a message, in this process. */
export function lastInProcess({ messages }: Options): Experiment {
  return {
    title: `last 40 of ${formatted(messages)} in this process`,
    async run(lab) {
      await using members = new Members();
      const bare = [ARRAY, ARRAY_BY_STRUCTURED_CLONE];
      const names = [OURS_IN_PROCESS, ...bare, ...(lab.hasPeers ? [OPENAI, LANGGRAPH] : [])];
      const opened = await fill(members, names, { url: "", room: messages }, lab);
      const last = await runCalls(opened, "last", lab);
      const append = await runCalls(opened, "append", lab);
      const figure = {
        ...figureOf(messages, "in this process"),
        clock: "cpu",
        better: "lower",
        unit: "µs",
        rival: ARRAY,
      } as const;
      return [
        cpuRow({ ...figure, target: 2 }, last.cpuUs),
        cpuRow({ ...figure, case: `append to ${formatted(messages)}` }, append.cpuUs),
      ];
    },
  };
}

function figureOf(messages: number, config: string) {
  const name = `last 40 of ${formatted(messages)}`;
  return { suite: "session", case: name, config: `230 B, ${config}` } as const;
}

async function fill(
  members: Members,
  names: readonly string[],
  place: Place,
  lab: Lab,
): Promise<readonly Member[]> {
  lab.tell("filling");
  const opened = await members.open(names, place);
  for (const { process } of opened) {
    await process.ask("join", { id: "long", messages: place.room ?? 0 });
  }
  return opened;
}

async function runCalls(
  opened: readonly Member[],
  call: Call,
  lab: Lab,
): Promise<{ readonly p50Ms: Score; readonly cpuUs: Score }> {
  const scores = { p50Ms: new Score(), cpuUs: new Score() };
  const runners = opened.map((member) => callRunner(member, call));
  for (let round = 0; round < lab.rounds; round++) {
    lab.tell(`${call}, round ${round + 1} of ${lab.rounds}`);
    for (const [name, { costs, operations }] of await race(runners, lab, round)) {
      const cpuMs = costs.reduce((sum, cost) => sum + cost.cpuMs, 0);
      scores.p50Ms.add(name, median(costs.map((cost) => cost.p50Ms)));
      scores.cpuUs.add(name, (cpuMs / operations) * 1000);
    }
  }
  return scores;
}

function cpuRow(figure: Figure, cpuUs: Score): Row {
  return toRow(figure, {
    ours: cpuUs.of(OURS_IN_PROCESS),
    against: cpuUs.of(ARRAY),
    peers: cpuUs.without(OURS_IN_PROCESS, ARRAY),
  });
}

function inASecond(ms: readonly number[]): readonly number[] {
  return ms.map((value) => 1000 / value);
}

function formatted(count: number): string {
  return count.toLocaleString("en-US");
}
