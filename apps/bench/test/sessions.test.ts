import { startRedis } from "@mem/redis-server";
import { describe, expect, it } from "vitest";
import { runSuite } from "../src/run-suite.ts";
import type { Row } from "../src/row.ts";
import { appending } from "../src/sessions/appending.ts";
import { bareArray } from "../src/sessions/bare-array.ts";
import { ending } from "../src/sessions/ending.ts";
import { idle } from "../src/sessions/idle.ts";
import { lastInProcess, lastOnRedis } from "../src/sessions/last-forty.ts";
import { messageAt } from "../src/sessions/messages.ts";
import { roundTrips } from "../src/sessions/round-trips.ts";
import { together } from "../src/sessions/together.ts";
import { startTripCounter } from "../src/sessions/trip-counter.ts";
import { loadIoredis, type Ioredis } from "../src/redis/ioredis.ts";
import type { Experiment } from "../src/suite.ts";
import { sessionSuite } from "../src/suites/session.ts";

const silent = { begin: () => undefined, step: () => undefined, end: () => undefined };

async function rowsOf(...experiments: readonly Experiment[]): Promise<readonly Row[]> {
  const options = { rounds: 1, sliceMs: 5, hasPeers: false, only: "", command: "npm run bench" };
  return (await runSuite({ ...sessionSuite, experiments }, options, silent)).rows;
}

const goals = (rows: readonly Row[]): unknown[] =>
  rows.map((row) => [row.case, row.rival, row.target]);

describe("what is said in a conversation", () => {
  it("takes about 230 bytes, and is the same in every run", () => {
    const sizes = Array.from({ length: 1024 }, (_, turn) =>
      Buffer.byteLength(JSON.stringify(messageAt(turn))),
    );
    const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
    expect(mean).toBeGreaterThan(210);
    expect(mean).toBeLessThan(250);
    expect(messageAt(5000)).toBe(messageAt(5000 % 1024));
  });

  it("is nobody's to change in the array, either", async () => {
    const conversation = await bareArray("recursion")("c");
    const message = { ...messageAt(0), metadata: { turn: 0 } };
    await conversation.append(message, "m-1");
    message.metadata.turn = 1;
    const [read] = (await conversation.last(1)) as [typeof message];
    read.metadata.turn = 2;
    expect(await conversation.last(1)).toMatchObject([{ id: "m-1", metadata: { turn: 0 } }]);
  });
});

describe("round trips", () => {
  it("are counted by what waits for an answer, not by commands", async () => {
    await using redis = await startRedis();
    await using counter = await startTripCounter(redis.port);
    const { Redis } = await loadIoredis();
    const client = new Redis(counter.url) as Ioredis & { disconnect(): void };
    await client.get("connected");
    const before = counter.trips();
    await client.get("one");
    await client.get("two");
    await Promise.all([client.get("three"), client.get("four"), client.get("five")]);
    client.disconnect();
    expect(counter.trips() - before).toBe(3);
  });

  it("of a message are one, and of a whole session with ten operations at most 13", async () => {
    const [p50, append, whole] = await rowsOf(appending, roundTrips);
    expect(goals([p50, append, whole] as Row[])).toEqual([
      ["append one at a time, p50", "RPUSH + EXPIRE + the script", 1.2],
      ["append, round trips", "RPUSH + EXPIRE", 1],
      ["create, 10 operations and end", "the limit set", 1],
    ]);
    expect(p50?.peers["the script"]).toBeGreaterThan(0);
    expect(append?.ours).toBe(1);
    expect(whole?.met).toBe(true);
  });
});

describe("the session suite, in small", () => {
  it("reads the last messages on Redis and in this process", async () => {
    const size = { messages: 300 };
    const rows = await rowsOf(lastOnRedis(size), lastInProcess(size));
    expect(goals(rows)).toEqual([
      ["last 40 of 300", "LRANGE + parse", 1.5],
      ["last 40 of 300", "slice + clone", 2],
      ["append to 300", "slice + clone", undefined],
    ]);
  });

  it("ends a session and looks whether something is left", async () => {
    const rows = await rowsOf(ending({ size: 20, foreign: 100 }));
    expect(goals(rows)).toEqual([["end a session", "Lua by hand", 1.5]]);
  });

  it("weighs idle sessions and counts their timers", async () => {
    const rows = await rowsOf(idle({ sessions: 200 }));
    expect(goals(rows)).toEqual([
      ["200 idle sessions, memory of each", "the limit set", 1],
      ["200 idle sessions, timers in all", "the limit set", 1],
    ]);
    expect(rows[1]?.ours).toBeGreaterThan(0);
  });

  it("has every message of several processes once, in one order", async () => {
    const rows = await rowsOf(together({ processes: 2 }));
    expect(goals(rows)).toEqual([
      ["2 processes append to one conversation", "RPUSH + EXPIRE", 0.7],
    ]);
  });
});
