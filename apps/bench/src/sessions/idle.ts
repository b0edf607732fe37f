import { join } from "node:path";
import { startRedis, type RedisServer } from "@mem/redis-server";
import { Score } from "../race.ts";
import { toRow } from "../row.ts";
import { rotated } from "../statistics.ts";
import type { Experiment, Lab } from "../suite.ts";
import { startWorker } from "../worker-process.ts";
import type { IdleOptions, IdleTasks } from "./idle-worker.ts";

interface Options {
  readonly sessions: number;
}

type Who = IdleOptions["who"];

const LIMIT_BYTES = 2048;
const LIMIT_TIMERS = 1;
const OURS: Who = "mem";
const OURS_ON_REDIS: Who = "mem, on Redis";
const IN_SERVER = "mem, on Redis, in the server";

/** Many open sessions that nobody uses: the memory of each, and the timers that are set for them. */
export function idle({ sessions }: Options): Experiment {
  const title = `${sessions.toLocaleString("en-US")} idle sessions`;
  return {
    title,
    async run(lab) {
      const bytes = new Score();
      const timers = new Score();
      const names: Who[] = [
        OURS,
        OURS_ON_REDIS,
        ...(lab.hasPeers ? (["OpenAI MemorySession"] as const) : []),
      ];
      for (let round = 0; round < lab.rounds; round++) {
        lab.tell(`round ${round + 1} of ${lab.rounds}`);
        for (const who of rotated(names, round))
          await runOne({ who, sessions }, bytes, timers, lab);
      }
      const figure = {
        suite: "session",
        config: "in this process",
        clock: "none",
        better: "lower",
        rival: "the limit set",
        target: 1,
      } as const;
      const limit = (value: number): number[] => bytes.of(OURS).map(() => value);
      return [
        toRow(
          { ...figure, case: `${title}, memory of each`, unit: "B" },
          { ours: bytes.of(OURS), against: limit(LIMIT_BYTES), peers: bytes.without(OURS) },
        ),
        toRow(
          { ...figure, case: `${title}, timers in all`, unit: "timers" },
          { ours: timers.of(OURS), against: limit(LIMIT_TIMERS), peers: timers.without(OURS) },
        ),
      ];
    },
  };
}

async function runOne(
  options: Omit<IdleOptions, "url">,
  bytes: Score,
  timers: Score,
  lab: Lab,
): Promise<void> {
  const { who, sessions } = options;
  const onRedis = who === OURS_ON_REDIS;
  await using redis = onRedis ? await startRedis() : undefined;
  if (redis !== undefined) lab.tookPart("Redis", redis.version);
  const url = redis?.url ?? "";
  const before = await usedBytes(redis);
  await using first = startIdle();
  bytes.add(who, await first.ask("bytes", { ...options, url }));
  if (onRedis) bytes.add(IN_SERVER, ((await usedBytes(redis)) - before) / sessions);
  // In another process, because watching timers makes promises larger.
  await using second = startIdle();
  timers.add(who, await second.ask("timers", { ...options, url }));
}

function startIdle() {
  return startWorker<IdleTasks>(join(import.meta.dirname, "idle-worker.ts"));
}

async function usedBytes(redis: RedisServer | undefined): Promise<number> {
  const info = String((await redis?.command("INFO", "memory")) ?? "");
  return Number(/^used_memory_dataset:(\d+)/m.exec(info)?.[1] ?? 0);
}
