import { createRedisBackend } from "@mem/backend-redis";
import { MemoryManager } from "@mem/core";
import { startRedis } from "@mem/redis-server";
import { createSession } from "@mem/session";
import { toRow } from "../row.ts";
import type { Experiment } from "../suite.ts";
import { messageAt } from "./messages.ts";
import { startTripCounter, type TripCounter } from "./trip-counter.ts";

const LIMIT = 13;
const STRETCH = 12;

/** How many times a whole session waits for the server. */
export const roundTrips: Experiment = {
  title: "create, 10 operations and end",
  async run(lab) {
    await using redis = await startRedis();
    lab.tookPart("Redis", redis.version);
    const later: number[] = [];
    const first: number[] = [];
    for (let round = 0; round < lab.rounds; round++) {
      lab.tell(`round ${round + 1} of ${lab.rounds}`);
      await using counter = await startTripCounter(redis.port);
      await using memory = new MemoryManager({
        shortTerm: createRedisBackend({ url: counter.url }),
      });
      first.push(await tripsOfSession(memory, counter));
      later.push(await tripsOfSession(memory, counter));
    }
    return [
      toRow(
        {
          suite: "session",
          case: "create, 10 operations and end",
          config: "on Redis, one after the other",
          clock: "none",
          better: "lower",
          rival: "the limit set",
          unit: "trips",
          target: 1,
          stretch: STRETCH / LIMIT,
        },
        {
          ours: later,
          against: later.map(() => LIMIT),
          peers: new Map([["mem, first session of a process, with connecting", first]]),
        },
      ),
    ];
  },
};

async function tripsOfSession(memory: MemoryManager, { trips }: TripCounter): Promise<number> {
  const before = trips();
  const session = await createSession({ memory });
  await session.saveAgentMemory("strategist", "plan", { goal: "spring", budget: 12_500 });
  await session.saveAgentMemory("writer", "draft", "Welcome back");
  await session.team.save("deadline", "2026-03-20");
  await session.addConversationMessage(messageAt(0));
  await session.addConversationMessage(messageAt(1));
  await session.retrieveAgentMemory("strategist", "plan");
  await session.team.retrieve("deadline");
  await session.forAgent("writer").delete("draft");
  await session.getConversationHistory({ limit: 40 });
  await session.getSessionSummary();
  await session.endSession();
  return trips() - before;
}
