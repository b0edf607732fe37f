import { createRedisBackend } from "@mem/backend-redis";
import { type RedisServer, startRedis } from "@mem/redis-server";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { rejection, until, WRITER, write } from "./samples.ts";

const TIMEOUT = 1000;
/** How much longer than its timeout a call may take on a busy machine, in milliseconds. */
const SLACK = 1000;

const server: RedisServer = await startRedis({
  args: ["--appendonly", "yes", "--appendfsync", "always"],
});
let backend = createRedisBackend({ url: server.url, timeoutMs: TIMEOUT });

beforeEach(async () => {
  backend = createRedisBackend({ url: server.url, timeoutMs: TIMEOUT });
  await backend.clear(WRITER);
  await backend.save(WRITER, [write("before")]);
});
afterEach(() => backend.close());
afterAll(() => server.stop());

/** How long a call takes to settle, and the error that it rejects with. */
async function timed(call: Promise<unknown>) {
  const begin = performance.now();
  const error = await rejection(call);
  return { error, elapsedMs: performance.now() - begin };
}

describe("while the server is frozen", () => {
  it("a call in flight ends at its deadline as unknown, and so does every call after it", async () => {
    server.pause();
    const first = await timed(backend.save(WRITER, [write("first")]));
    const second = await timed(backend.save(WRITER, [write("second")]));
    server.resume();
    expect(first.error).toMatchObject({ code: "MEM_TIMEOUT", outcome: "unknown", retryable: true });
    expect(["MEM_TIMEOUT", "MEM_UNAVAILABLE"]).toContain(second.error.code);
    expect(first.elapsedMs).toBeLessThan(TIMEOUT + SLACK);
    expect(second.elapsedMs).toBeLessThan(TIMEOUT + SLACK);
  });

  it("no write that was given up appears later", async () => {
    server.pause();
    const saves = ["a", "b", "c"].map((key) => timed(backend.save(WRITER, [write(key)])));
    const append = timed(
      backend.append(WRITER, "chat", [{ id: "a", value: 1 }], { maxItems: 9, ttlMs: null }),
    );
    await Promise.all([...saves, append]);
    server.resume();
    await until(async () => (await backend.count(WRITER).catch(() => 0)) > 0, "it serves again");
    // The frozen server works off its buffers before it answers anything new.
    expect(await backend.get(WRITER, ["a", "b", "c"])).toEqual([undefined, undefined, undefined]);
    expect(await backend.read(WRITER, "chat", { limit: 10 })).toEqual([]);
    expect(await backend.count(WRITER)).toBe(1);
  });

  it("an abort ends a call in flight at once, as unknown", async () => {
    const controller = new AbortController();
    server.pause();
    const call = timed(backend.save(WRITER, [write("a")], { signal: controller.signal }));
    setImmediate(() => controller.abort(new Error("enough")));
    const { error, elapsedMs } = await call;
    server.resume();
    expect(error).toMatchObject({ code: "MEM_ABORTED", outcome: "unknown" });
    expect(elapsedMs).toBeLessThan(TIMEOUT);
  });

  it("no more than maxPending calls wait", async () => {
    const bounded = createRedisBackend({ url: server.url, timeoutMs: TIMEOUT, maxPending: 10 });
    await bounded.count(WRITER);
    server.pause();
    const waiting = Array.from({ length: 10 }, () => rejection(bounded.count(WRITER)));
    const refused = await timed(bounded.count(WRITER));
    await Promise.all(waiting);
    server.resume();
    expect(refused.error).toMatchObject({ code: "MEM_CAPACITY", outcome: "not-applied" });
    expect(refused.elapsedMs).toBeLessThan(TIMEOUT);
    await bounded.close();
  });
});

describe("while the server is gone", () => {
  it("calls end at their deadline, not applied, and say why", async () => {
    await server.kill();
    const { error, elapsedMs } = await timed(backend.save(WRITER, [write("a")]));
    await server.restart();
    expect(error).toMatchObject({
      code: "MEM_UNAVAILABLE",
      outcome: "not-applied",
      retryable: true,
    });
    expect(error.message).toContain("ECONNREFUSED");
    expect(elapsedMs).toBeLessThan(TIMEOUT + SLACK);
  });

  it("health says that it is down", async () => {
    await server.kill();
    const health = await backend.health();
    await server.restart();
    expect(health).toMatchObject({ status: "down", backend: "redis" });
  });

  it("an abort ends a call that was never sent, as not applied", async () => {
    await server.kill();
    const controller = new AbortController();
    const call = rejection(backend.save(WRITER, [write("a")], { signal: controller.signal }));
    setImmediate(() => controller.abort());
    expect(await call).toMatchObject({ code: "MEM_ABORTED", outcome: "not-applied" });
    await server.restart();
  });

  it("calls succeed within a second after it serves again, with all that was acknowledged", async () => {
    await backend.save(WRITER, [write("acknowledged")]);
    await server.kill();
    await rejection(backend.count(WRITER));
    const recovered = until(
      async () => (await backend.count(WRITER).catch(() => 0)) === 2,
      "it serves again",
    ).then(() => performance.now());
    await server.restart();
    const serving = performance.now();
    expect((await recovered) - serving).toBeLessThan(1000);
  });

  it("waits with a call while the server comes back", async () => {
    await server.kill();
    const patient = createRedisBackend({ url: server.url, timeoutMs: 5000 });
    const call = patient.get(WRITER, ["before"]);
    await server.restart();
    expect((await call)[0]?.value).toBe("value of before");
    await patient.close();
  });

  it("nothing waits in a client that queues on its own", async () => {
    const client = new Redis(server.url, { retryStrategy: () => 10 });
    client.on("error", () => undefined);
    const borrowing = createRedisBackend({ client, timeoutMs: TIMEOUT });
    await borrowing.count(WRITER);
    await server.kill();
    expect(await rejection(borrowing.save(WRITER, [write("ghost")]))).toMatchObject({
      code: "MEM_UNAVAILABLE",
      outcome: "not-applied",
    });
    await server.restart();
    await until(async () => (await borrowing.count(WRITER).catch(() => 0)) > 0, "it serves again");
    expect(await borrowing.get(WRITER, ["ghost"])).toEqual([undefined]);
    await borrowing.close();
    client.disconnect();
  });
});

describe("after the password has been put right", () => {
  it("a lost connection is made again at once", async () => {
    await server.command("ACL", "SETUSER", "app", "on", ">other", "~*", "&*", "+@all");
    const url = server.url.replace("//", "//app:right@");
    const refused = createRedisBackend({ url, timeoutMs: 1000 });
    await rejection(refused.count(WRITER));
    await server.command("ACL", "SETUSER", "app", ">right");
    await until(async () => (await refused.count(WRITER).catch(() => -1)) === 1, "it is let in");
    await server.command("CLIENT", "KILL", "USER", "app");
    await rejection(refused.count(WRITER)).catch(() => undefined);
    expect(await refused.count(WRITER)).toBe(1);
    await refused.close();
  });
});
