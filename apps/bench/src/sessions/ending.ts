import { join } from "node:path";
import { startRedis } from "@mem/redis-server";
import { Score } from "../race.ts";
import { populate } from "../redis/foreign-keys.ts";
import { ioredisVersion } from "../redis/ioredis.ts";
import { toRow } from "../row.ts";
import { median, rotated } from "../statistics.ts";
import type { Experiment } from "../suite.ts";
import { startWorker } from "../worker-process.ts";
import type { EndingTasks } from "./ending-worker.ts";
import { ENDINGS, HANDMADE, OURS } from "./endings.ts";

interface Options {
  /** The number of its keys, and also of its messages. */
  readonly size: number;
  /** The number of foreign keys. */
  readonly foreign: number;
}

const TIMES = 10;

/** Ends a large session among data that belongs to others. */
export function ending({ size, foreign }: Options): Experiment {
  const [own, others] = [size, foreign].map((count) => count.toLocaleString("en-US"));
  return {
    title: `end a session of ${own} keys and messages`,
    async run(lab) {
      await using redis = await startRedis();
      lab.tookPart("Redis", redis.version);
      lab.tookPart("ioredis", ioredisVersion());
      lab.tell("filling");
      await populate(redis, foreign);
      await using stack = new AsyncDisposableStack();
      const contestants = Object.keys(ENDINGS).map((name) => ({
        name,
        process: stack.use(startWorker<EndingTasks>(join(import.meta.dirname, "ending-worker.ts"))),
      }));
      for (const { name, process } of contestants) {
        await process.ask("open", { name, url: redis.url });
        await process.ask("end", { size });
      }
      const score = new Score();
      for (let round = 0; round < lab.rounds; round++) {
        lab.tell(`round ${round + 1} of ${lab.rounds}`);
        const took = new Map<string, number[]>(contestants.map(({ name }) => [name, []]));
        for (let turn = 0; turn < TIMES; turn++) {
          for (const { name, process } of rotated(contestants, round + turn)) {
            took.get(name)?.push(await process.ask("end", { size }));
          }
        }
        for (const [name, ms] of took) score.add(name, median(ms));
      }
      return [
        toRow(
          {
            suite: "session",
            case: "end a session",
            config: `${own} keys and ${own} messages among ${others} foreign keys`,
            clock: "wall",
            better: "lower",
            rival: HANDMADE,
            unit: "ms",
            target: 1.5,
            stretch: 1.2,
          },
          {
            ours: score.of(OURS),
            against: score.of(HANDMADE),
            peers: score.without(OURS, HANDMADE),
          },
        ),
      ];
    },
  };
}
