import { createRedisBackend } from "@mem/backend-redis";
import type { ShortTermBackend } from "@mem/core";
import { startRedis } from "@mem/redis-server";
import fc from "fast-check";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { rejection, until, WRITER, write } from "./samples.ts";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

const TIMEOUT = 1000;
/** How much longer than its timeout a call may take on a busy machine, in milliseconds. */
const SLACK = 1000;
const server = await startRedis();
const direct = createRedisBackend({ url: server.url });
let proxy: TcpProxy;
let backend: ShortTermBackend;

beforeEach(async () => {
  await server.command("FLUSHALL");
  proxy = await startTcpProxy(server.port);
  backend = createRedisBackend({ url: proxy.url, timeoutMs: TIMEOUT });
  // So that the next command is the one under test, not one that reads the server's time.
  await backend.save(WRITER, [write("before")]);
});
afterEach(async () => {
  await backend.close();
  await proxy[Symbol.asyncDispose]();
});
afterAll(async () => {
  await direct.close();
  await server.stop();
});

const BOUNDS = { maxItems: 1000, ttlMs: null } as const;
const LOST = { code: "MEM_UNAVAILABLE", outcome: "unknown", retryable: true };

describe("a connection that is cut", () => {
  it.each([0, 1, 40, 300])(
    "after %i bytes of a request has left nothing behind, which the caller can't know",
    async (bytes) => {
      proxy.loseNextRequest(bytes);
      const long = write("cut", { value: "x".repeat(1000) });
      expect(await rejection(backend.save(WRITER, [long]))).toMatchObject(LOST);
      expect(await backend.get(WRITER, ["before", "cut"])).toMatchObject([{}, undefined]);
      expect(await backend.count(WRITER)).toBe(1);
    },
  );

  it("before or after any request leaves one of each, in order, when what failed is repeated", async () => {
    const faults = fc.array(fc.constantFrom("none", "request", "reply"), { maxLength: 12 });
    let round = 0;
    const property = fc.asyncProperty(faults, async (sequence) => {
      const log = `log ${++round}`;
      for (const [i, fault] of sequence.entries()) {
        if (fault === "request") proxy.loseNextRequest();
        if (fault === "reply") proxy.loseNextReply();
        const item = { id: `message ${i}`, value: i };
        const append = () => backend.append(WRITER, log, [item], BOUNDS);
        const add = () =>
          backend.increment(WRITER, { key: log, by: 1, ttlMs: null, opId: `op ${i}` });
        for (const call of i % 2 === 0 ? [append, add] : [add, append]) {
          await call().catch(async () => await call());
        }
      }
      const items = await backend.read(WRITER, log, { limit: 100 });
      expect(items.map(({ value }) => value)).toEqual(sequence.map((_, i) => i));
      const [counter] = await backend.get(WRITER, [log]);
      expect(counter?.value).toBe(sequence.length === 0 ? undefined : sequence.length);
    });
    await fc.assert(property, { numRuns: 12 });
  });
});

describe("answers that are late", () => {
  it("but in time are awaited, and each goes to whom it belongs", async () => {
    await direct.save(
      WRITER,
      ["a", "b", "c"].map((key) => write(key)),
    );
    proxy.delayReplies(TIMEOUT / 4);
    const found = await Promise.all(["a", "b", "c"].map((key) => backend.get(WRITER, [key])));
    expect(found.flat().map((entry) => entry?.key)).toEqual(["a", "b", "c"]);
  });

  it("for their call end it in time as unknown, and are given to no other", async () => {
    await direct.save(
      WRITER,
      ["a", "b"].map((key) => write(key)),
    );
    proxy.delayReplies(TIMEOUT + 50);
    const begin = performance.now();
    expect(await rejection(backend.get(WRITER, ["a"]))).toMatchObject({
      code: "MEM_TIMEOUT",
      outcome: "unknown",
    });
    expect(performance.now() - begin).toBeLessThan(TIMEOUT + SLACK);
    proxy.delayReplies(0);
    expect(await backend.get(WRITER, ["b"])).toMatchObject([{ key: "b", value: "value of b" }]);
  });

  it("byte by byte are put together, and so are requests", async () => {
    await using patient = createRedisBackend({ url: proxy.url, timeoutMs: 10_000 });
    proxy.drip();
    const value = "ünïcödé 🧠 ".repeat(20);
    await patient.save(WRITER, [write("a", { value })]);
    expect(await patient.get(WRITER, ["a"])).toMatchObject([{ value }]);
    expect(await patient.get(WRITER, ["a", "before"])).toMatchObject([{ value }, {}]);
  });
});

describe("a connection that is open and leads nowhere", () => {
  it("ends calls at their deadline, and is left for a new one by itself", async () => {
    proxy.freeze();
    const begin = performance.now();
    const lost = await rejection(backend.save(WRITER, [write("lost")]));
    expect(lost).toMatchObject({ code: "MEM_TIMEOUT", outcome: "unknown" });
    expect(performance.now() - begin).toBeLessThan(TIMEOUT + SLACK);
    await until(
      () => backend.save(WRITER, [write("after")]).then(Boolean, () => false),
      "a new connection is made",
    );
    expect(performance.now() - begin).toBeLessThan(2 * TIMEOUT + SLACK);
    expect(await backend.get(WRITER, ["lost", "after"])).toMatchObject([undefined, {}]);
  });

  it("brings no write to the server after its call was given up", async () => {
    const { append, increment, save } = callsOf(backend);
    proxy.freeze();
    const calls = [save("late"), append("late"), increment("too late")].map((call) =>
      rejection(call),
    );
    for (const error of await Promise.all(calls)) expect(error.outcome).toBe("unknown");
    const seen = await executed();
    proxy.thaw();
    await until(async () => (await executed()) > seen, "the requests arrive, late");
    expect(await direct.get(WRITER, ["late", "too late"])).toEqual([undefined, undefined]);
    expect(await direct.read(WRITER, "late", { limit: 9 })).toEqual([]);
    expect(await direct.count(WRITER)).toBe(1);
  });
});

function callsOf(store: ShortTermBackend) {
  return {
    save: (key: string) => store.save(WRITER, [write(key)]),
    append: (log: string) => store.append(WRITER, log, [{ id: "a", value: 1 }], BOUNDS),
    increment: (key: string) => store.increment(WRITER, { key, by: 1, ttlMs: null }),
  };
}

/** How many scripts clients have called. */
async function executed(): Promise<number> {
  const stats = String(await server.command("INFO", "commandstats"));
  const calls = stats.matchAll(/cmdstat_(?:eval|evalsha):calls=(\d+)/g);
  return [...calls].reduce((total, [, count]) => total + Number(count), 0);
}
