import { mkdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import { createRedisBackend } from "@mem/backend-redis";
import { startRedis } from "@mem/redis-server";
import { Redis } from "ioredis";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { LAUNCH, rejection, snapshotEnds, WRITER, write } from "./samples.ts";

const server = await startRedis();
const backend = createRedisBackend({ url: server.url });

beforeEach(async () => {
  await server.command("FLUSHALL");
  await backend.save(WRITER, [write("plan")]);
});
afterAll(async () => {
  await backend.close();
  await server.stop();
});

const KEY = "mem:{acme::writer}:";

describe("an error of the server", () => {
  it("NOSCRIPT, after a restart or a flush, is met by sending the script again", async () => {
    await server.command("SCRIPT", "FLUSH");
    const results = await Promise.all(
      ["a", "b", "c"].map((key) => backend.save(WRITER, [write(key)])),
    );
    expect(results.flat().every(({ stored }) => stored)).toBe(true);
    expect(await backend.count(WRITER)).toBe(4);
  });

  it("OOM is MEM_CAPACITY: nothing is half stored, and reading and deleting go on", async () => {
    await server.command("CONFIG", "SET", "maxmemory", "1mb");
    const writes = [write("a", { value: "x".repeat(1000) }), write("plan", { value: "new" })];
    const error = await rejection(backend.save(WRITER, writes));
    expect(error).toMatchObject({
      code: "MEM_CAPACITY",
      outcome: "not-applied",
      retryable: true,
    });
    expect((await backend.get(WRITER, ["a", "plan"])).map((entry) => entry?.value)).toEqual([
      undefined,
      "value of plan",
    ]);
    expect(await backend.count(WRITER)).toBe(1);
    expect(await backend.delete(WRITER, [{ key: "plan" }])).toEqual([true]);
    await server.command("CONFIG", "SET", "maxmemory", "0");
    expect((await backend.save(WRITER, writes)).every(({ stored }) => stored)).toBe(true);
  });

  it("WRONGTYPE is MEM_CORRUPT for the key that a stranger took, and for no other", async () => {
    await server.command("LPUSH", `${KEY}e:squatted`, "a stranger's");
    for (const call of [
      () => backend.get(WRITER, ["squatted"]),
      () => backend.get(WRITER, ["plan", "squatted"]),
      () => backend.save(WRITER, [write("new"), write("squatted")]),
      () => backend.delete(WRITER, [{ key: "squatted" }]),
    ]) {
      expect(await rejection(call())).toMatchObject({
        code: "MEM_CORRUPT",
        outcome: "not-applied",
        retryable: false,
      });
    }
    expect((await backend.get(WRITER, ["plan", "new"])).map((entry) => entry?.value)).toEqual([
      "value of plan",
      undefined,
    ]);
  });

  it.each(["n", "x"])(
    "a stranger's key in the place of index %s stops a save before it changes anything",
    async (index) => {
      await server.command("DEL", KEY + index);
      await server.command("LPUSH", KEY + index, "a stranger's");
      expect(
        await rejection(backend.save(WRITER, [write("plan", { value: "new" })])),
      ).toMatchObject({ code: "MEM_CORRUPT" });
      expect((await backend.get(WRITER, ["plan"]))[0]?.value).toBe("value of plan");
    },
  );

  it("READONLY is MEM_UNAVAILABLE, and over when the server is a primary again", async () => {
    await server.command("REPLICAOF", "127.0.0.1", "1");
    expect(await rejection(backend.save(WRITER, [write("a")]))).toMatchObject({
      code: "MEM_UNAVAILABLE",
      outcome: "not-applied",
      retryable: true,
    });
    expect(await backend.health()).toMatchObject({
      status: "degraded",
      messages: expect.arrayContaining([expect.stringContaining("replica")]),
    });
    await server.command("REPLICAOF", "NO", "ONE");
    expect(await backend.save(WRITER, [write("a")])).toMatchObject([{ stored: true }]);
  });

  it("MISCONF, where the server can't save to disk, is MEM_UNAVAILABLE", async () => {
    // A snapshot can't replace a folder.
    const snapshot = join(server.dir, "dump.rdb");
    await mkdir(snapshot);
    await server.command("CONFIG", "SET", "save", "3600 1");
    await snapshotEnds(server, "err");
    expect(await rejection(backend.save(WRITER, [write("a")]))).toMatchObject({
      code: "MEM_UNAVAILABLE",
      outcome: "not-applied",
      message: expect.stringContaining("disk"),
    });
    await rmdir(snapshot);
    await snapshotEnds(server, "ok");
    await server.command("CONFIG", "SET", "save", "");
    expect(await backend.save(WRITER, [write("a")])).toMatchObject([{ stored: true }]);
  });

  it("LOADING is waited for, and nothing is taken for missing meanwhile", async () => {
    const args = ["--appendonly", "yes", "--key-load-delay", "20000"];
    await using slow = await startRedis({ args });
    const patient = createRedisBackend({ url: slow.url });
    await patient.save(
      WRITER,
      Array.from({ length: 10 }, (_, i) => write(`k${i}`)),
    );
    const serving = new AbortController();
    const restarted = slow.restart().finally(() => serving.abort());
    const seen = new Set<unknown>();
    while (!serving.signal.aborted) {
      const look = patient.get(WRITER, ["k1"]).then(
        ([entry]) => entry?.value ?? "missing",
        (error: { code: unknown }) => error.code,
      );
      seen.add(await look);
    }
    await restarted;
    seen.add((await patient.get(WRITER, ["k1"]))[0]?.value);
    await patient.close();
    expect([...seen].filter((what) => what !== "MEM_UNAVAILABLE")).toEqual(["value of k1"]);
  });
});

describe("a value that can't be read", () => {
  it.each([
    { stored: "no JSON at all", code: "MEM_CORRUPT" },
    { stored: '{"value":1}', code: "MEM_CORRUPT" },
    { stored: '[2,1,"a newer format"]', code: "MEM_FORMAT" },
  ])("$stored is $code, and is not overwritten", async ({ stored, code }) => {
    await server.command("SET", `${KEY}e:plan`, stored);
    for (const call of [
      () => backend.get(WRITER, ["plan"]),
      () => backend.list(WRITER, { limit: 10 }),
      () => backend.save(WRITER, [write("plan")]),
    ]) {
      expect(await rejection(call())).toMatchObject({ code, outcome: "not-applied" });
    }
    expect(await server.command("GET", `${KEY}e:plan`)).toBe(stored);
  });

  it("the state of a workflow in a newer format is MEM_FORMAT", async () => {
    await backend.startWorkflow(LAUNCH, {
      timeoutMs: 60_000,
      metadata: {},
      join: "never",
      opId: "start",
    });
    await server.command("HSET", "mem:{acme:launch}:w", "format", "2");
    expect(await rejection(backend.getWorkflow(LAUNCH))).toMatchObject({ code: "MEM_FORMAT" });
    expect(await rejection(backend.count(LAUNCH))).toMatchObject({ code: "MEM_FORMAT" });
  });
});

describe("a server that does not let us in", () => {
  const SECRET = "s3cret";
  const CASES = [
    { who: "without a password", user: "", says: "asks for a password" },
    { who: "with a wrong password", user: `stranger:${SECRET}@`, says: "refused the username" },
    { who: "that may not write", user: `reader:${SECRET}@`, says: "lacks a permission" },
    { who: "of other keys", user: `other:${SECRET}@`, says: "lacks a permission" },
  ];

  it.each(CASES)(
    "refuses a user $who at once, with what to do and without the password",
    async ({ user, says }) => {
      const admin = new Redis(server.url);
      await admin.acl("SETUSER", "reader", "on", `>${SECRET}`, "~*", "+@all", "-@write");
      await admin.acl("SETUSER", "other", "on", `>${SECRET}`, "~other:*", "+@all");
      await admin.acl("SETUSER", "default", "resetpass", `>${SECRET}`);
      const refused = createRedisBackend({ url: `redis://${user}127.0.0.1:${server.port}` });
      const begin = performance.now();
      const error = await rejection(refused.save(WRITER, [write("a")]));
      const elapsedMs = performance.now() - begin;
      await refused.close();
      await admin.acl("SETUSER", "default", "nopass");
      admin.disconnect();
      expect(elapsedMs).toBeLessThan(1000);
      expect(error).toMatchObject({
        code: "MEM_UNAVAILABLE",
        outcome: "not-applied",
        retryable: false,
      });
      expect(error.message).toContain(says);
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(SECRET);
    },
  );
});
