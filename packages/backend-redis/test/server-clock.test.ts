import { createRedisBackend } from "@mem/backend-redis";
import { startRedis } from "@mem/redis-server";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ServerClock } from "../src/server-clock.ts";
import { WRITER, write } from "./samples.ts";
import { startTcpProxy } from "./tcp-proxy.ts";

/** Exchanges with a server: the pause before each, and how long each way took. */
const exchanges = fc.array(
  fc.record({ pause: fc.nat(5000), there: fc.nat(300), back: fc.nat(300) }),
  { minLength: 1, maxLength: 20 },
);

describe("the clock of a server", () => {
  it("is never taken to be later than it is, and by no more than a trip earlier", () => {
    fc.assert(
      fc.property(exchanges, fc.integer({ min: -1e9, max: 1e9 }), (trips, ahead) => {
        const clock = new ServerClock();
        let now = 1000;
        let best = Number.POSITIVE_INFINITY;
        for (const { pause, there, back } of trips) {
          const sent = now + pause;
          now = sent + there + back;
          clock.learn(Math.floor(sent + there + ahead), sent, now);
          best = Math.min(best, back + 1);
          const guess = clock.at(now, now, 1000) as number;
          expect(guess).toBeLessThanOrEqual(now + ahead);
          expect(guess).toBeGreaterThanOrEqual(now + ahead - 302);
        }
      }),
    );
  });

  it("is unknown before the first answer, and when that was long ago", () => {
    const clock = new ServerClock();
    expect(clock.at(0, 0, 1000)).toBeUndefined();
    clock.learn(5000, 0, 1);
    expect(clock.at(10, 10, 500)).toBe(5008);
    expect(clock.at(2e6, 2e6, 500)).toBeUndefined();
  });

  it("is learned anew when it jumps, in either direction", () => {
    const clock = new ServerClock();
    clock.learn(100_000, 0, 1);
    clock.learn(50_000, 10, 11);
    expect(clock.at(11, 11, 500)).toBe(50_000);
    clock.learn(200_000, 20, 21);
    expect(clock.at(21, 21, 500)).toBe(200_000);
  });
});

describe("a server whose clock has jumped ahead since it was learned", () => {
  it("refuses a call that is in time, which is sent again with the right deadline", async () => {
    await using server = await startRedis();
    await using proxy = await startTcpProxy(server.port);
    // The time that the backend gets from TIME is a minute behind, as if the clock had jumped since.
    proxy.rewriteReplies((reply) =>
      reply.replace(/^\*2\r\n\$10\r\n(\d{10})\r\n/, (_, seconds: string) => {
        return `*2\r\n$10\r\n${Number(seconds) - 60}\r\n`;
      }),
    );
    await using backend = createRedisBackend({ url: proxy.url });
    const [saved] = await backend.save(WRITER, [write("plan")]);
    expect(saved?.stored).toBe(true);
    expect(await backend.count(WRITER)).toBe(1);
  });
});
