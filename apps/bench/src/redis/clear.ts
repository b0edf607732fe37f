import { startRedis } from "@mem/redis-server";
import { Score } from "../race.ts";
import { toRow, type Figure, type Row } from "../row.ts";
import { median, rotated } from "../statistics.ts";
import type { Experiment, Lab } from "../suite.ts";
import { ClientProcesses, type NamedClient } from "./client-processes.ts";
import { HANDMADE, OURS, OURS_IN_SESSION } from "./clients.ts";
import { populate } from "./foreign-keys.ts";
import { ioredisVersion } from "./ioredis.ts";

const KEYS = 1000;
const MANY = 1_000_000;
const FEW = 1000;
const CLEARS = 10;
// These scan the whole database, for seconds: once per round.
const SCANNING = ["keyv", "unstorage", "@mastra/redis"];
const AMONG_FEW = `${FEW.toLocaleString("en-US")} foreign keys`;

/** Removes a thousand keys among a million foreign ones. */
export const clear: Experiment = {
  title: "clear 1,000 keys among 1M",
  async run(lab) {
    await using many = await startRedis();
    await using few = await startRedis();
    lab.tookPart("Redis", many.version);
    lab.tookPart("ioredis", ioredisVersion());
    lab.tell("filling");
    await populate(many, MANY);
    await populate(few, FEW);
    await using processes = new ClientProcesses();
    const options = { keys: KEYS, size: "230 B" } as const;
    const quick = await processes.open([OURS, OURS_IN_SESSION, HANDMADE], {
      ...options,
      url: many.url,
    });
    const scanning = await processes.open(lab.hasPeers ? SCANNING : [], {
      ...options,
      url: many.url,
    });
    const amongFew = await processes.open([OURS, OURS_IN_SESSION], { ...options, url: few.url });
    const scores = { many: new Score(), few: new Score() };
    for (let round = 0; round < lab.rounds; round++) {
      lab.tell(`round ${round + 1} of ${lab.rounds}`);
      const turns = [
        ...quick.map((client) => ({ client, score: scores.many, times: CLEARS })),
        ...amongFew.map((client) => ({ client, score: scores.few, times: CLEARS })),
        ...scanning.map((client) => ({ client, score: scores.many, times: 1 })),
      ];
      for (const { client, score, times } of rotated(turns, round)) {
        score.add(client.name, await clearTimes(client, times));
      }
    }
    return [OURS, OURS_IN_SESSION].flatMap((name) => toRows(name, scores, lab));
  },
};

async function clearTimes({ client }: NamedClient, times: number): Promise<number> {
  const took: number[] = [];
  for (let i = 0; i < times; i++) took.push(await client.ask("clear", { keys: KEYS }));
  return median(took);
}

function toRows(name: string, { many, few }: { many: Score; few: Score }, lab: Lab): Row[] {
  const what = name === OURS ? "an agent" : "a session";
  const ours = many.of(name);
  const figure = {
    suite: "redis",
    case: `clear ${what}`,
    config: "1,000 keys among 1M foreign ones",
    clock: "wall",
  } as const;
  const inMs = { ...figure, better: "lower", unit: "ms" } as const;
  const scan: Figure = {
    ...figure,
    better: "higher",
    unit: "clears/s",
    rival: "keyv",
    target: 300,
  };
  return [
    toRow({ ...inMs, rival: HANDMADE, target: 1.5 }, { ours, against: many.of(HANDMADE) }),
    toRow({ ...inMs, rival: AMONG_FEW, target: 1.3 }, { ours, against: few.of(name) }),
    ...(lab.hasPeers
      ? SCANNING.map((rival) =>
          toRow({ ...scan, rival }, { ours: perSecond(ours), against: perSecond(many.of(rival)) }),
        )
      : []),
  ];
}

function perSecond(ms: readonly number[]): readonly number[] {
  return ms.map((value) => 1000 / value);
}
