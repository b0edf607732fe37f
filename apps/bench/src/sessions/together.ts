import { startRedis } from "@mem/redis-server";
import { race, Score, type Runner } from "../race.ts";
import { ioredisVersion } from "../redis/ioredis.ts";
import { toRow } from "../row.ts";
import type { Experiment } from "../suite.ts";
import type { Span } from "./conversation-worker.ts";
import { BARE, OURS } from "./conversations.ts";
import { Members, type Member } from "./members.ts";
import { MASTRA } from "./peer-conversations.ts";

interface Options {
  /** The number of processes that take part, each with one message in progress. */
  readonly processes: number;
}

/** More than any turn adds to a conversation: every message is looked for afterwards. */
const ROOM = 1_000_000;

/** Processes never begin at exactly the same moment: turns are long compared with the difference. */
const LONGER = 4;

/** After this many turns, everyone's code is as fast as it gets. */
const WARM_UP = 10;

/** Several processes that add to one conversation; all of them have to see every message once, in the same order. */
export function together({ processes }: Options): Experiment {
  return {
    title: `${processes} processes append to one conversation`,
    async run(lab) {
      await using redis = await startRedis();
      lab.tookPart("Redis", redis.version);
      lab.tookPart("ioredis", ioredisVersion());
      await using members = new Members();
      const names = [OURS, BARE, ...(lab.hasPeers ? [MASTRA] : [])];
      const runners: Runner<number>[] = [];
      for (const name of names) {
        const team = Array.from({ length: processes }, () => name);
        const opened = await members.open(team, { url: redis.url, room: ROOM });
        // Mastra does not promise the same order for all readers.
        runners.push(teamRunner(name, opened, name !== MASTRA));
      }
      const rates = new Score();
      const longer = { sliceMs: lab.sliceMs * LONGER };
      for (let round = 0; round < lab.rounds; round++) {
        lab.tell(`round ${round + 1} of ${lab.rounds}`);
        for (const [name, { operations, costs }] of await race(runners, longer, round)) {
          const ms = costs.reduce((sum, cost) => sum + cost, 0);
          rates.add(name, (operations / ms) * 1000);
        }
      }
      return [
        toRow(
          {
            suite: "session",
            case: `${processes} processes append to one conversation`,
            config: "230 B, on Redis, one in flight each",
            clock: "wall",
            better: "higher",
            rival: BARE,
            unit: "messages/s",
            target: 0.7,
            stretch: 0.85,
          },
          {
            ours: rates.of(OURS),
            against: rates.of(BARE),
            peers: rates.without(OURS, BARE),
          },
        ),
      ];
    },
  };
}

/** A conversation for each turn; the time counts from the first process's beginning to the last one's end. */
function teamRunner(name: string, team: readonly Member[], isOrdered: boolean): Runner<number> {
  let turn = 0;
  let isWarm = false;
  const run = async (n: number): Promise<number> => {
    const id = `together-${turn++}`;
    const each = Math.ceil(n / team.length);
    for (const { process } of team) await process.ask("join", { id, messages: 0 });
    const spans = await Promise.all(
      team.map(({ process }, i) => process.ask("append", { member: `${i}`, n: each })),
    );
    await expectAll(name, team, each * team.length, isOrdered);
    return tookMs(spans) * (n / (each * team.length));
  };
  return {
    name,
    run,
    prepare: async (sliceMs) => {
      for (let n = team.length; ; n *= 2) {
        const ms = await run(n);
        if (ms < (isWarm ? 1 : WARM_UP) * sliceMs) continue;
        isWarm = true;
        return Math.max(team.length, Math.round((n * sliceMs) / ms));
      }
    },
  };
}

function tookMs(spans: readonly Span[]): number {
  return Math.max(...spans.map(({ to }) => to)) - Math.min(...spans.map(({ from }) => from));
}

async function expectAll(
  name: string,
  team: readonly Member[],
  messages: number,
  isOrdered: boolean,
): Promise<void> {
  const orders = new Set<string>();
  for (const { process } of isOrdered ? team : team.slice(0, 1)) {
    const seen = await process.ask("look", undefined);
    if (seen.messages !== messages || seen.different !== messages) {
      throw new Error(
        `${name}: of ${messages} messages ${seen.messages} are there, ${seen.different} different ones.`,
      );
    }
    orders.add(seen.order);
  }
  if (orders.size > 1) throw new Error(`${name}: not all see the messages in one order.`);
}
