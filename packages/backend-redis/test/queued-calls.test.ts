import { createRedisBackend } from "@mem/backend-redis";
import { startRedis, startRedisCluster } from "@mem/redis-server";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { rejection, scopeOn, write, WRITER } from "./samples.ts";

const server = await startRedis();
const cluster = await startRedisCluster();
afterEach(async () => {
  server.resume();
  await server.command("FLUSHALL");
});
afterAll(async () => {
  await server.stop();
  await cluster.stop();
});

const COUNTER = { key: "n", by: 1, ttlMs: 60_000 } as const;

describe("calls that wait for others of their tick", () => {
  it("have their outcome in their own time, and free their room", async () => {
    const timeoutMs = 1000;
    const backend = createRedisBackend({ url: server.url, timeoutMs, maxPending: 6 });
    await backend.save(WRITER, [write("warm")]);
    server.pause();
    const begun = performance.now();
    const settled = await Promise.allSettled([
      backend.save(WRITER, [write("k")]),
      backend.get(WRITER, ["k"]),
      backend.increment(WRITER, COUNTER),
      backend.delete(WRITER, [{ key: "n" }]),
      backend.clear(WRITER),
      backend.save(WRITER, [write("k")]),
    ]);
    expect(performance.now() - begun).toBeLessThan(2 * timeoutMs);
    const [unknown, ...others] = settled.map(
      (outcome) => outcome.status === "rejected" && outcome.reason,
    );
    expect(unknown).toMatchObject({ code: "MEM_TIMEOUT", outcome: "unknown" });
    for (const reason of others) expect(reason).toMatchObject({ retryable: true });
    server.resume();
    const again = Array.from({ length: 6 }, () => backend.get(WRITER, ["k"]));
    expect(await Promise.all(again)).toHaveLength(6);
    await backend.close();
  });

  it("can be given up at once", async () => {
    const backend = createRedisBackend({ url: server.url });
    await backend.save(WRITER, [write("warm")]);
    server.pause();
    const controller = new AbortController();
    const { signal } = controller;
    const saved = backend.save(WRITER, [write("k")]);
    const waiting = [
      backend.get(WRITER, ["k"], { signal }),
      backend.delete(WRITER, [{ key: "k" }], { signal }),
      backend.clear(WRITER, { signal }),
    ].map(rejection);
    setImmediate(() => controller.abort());
    for (const error of await Promise.all(waiting)) {
      expect(error).toMatchObject({ code: "MEM_ABORTED", outcome: "not-applied" });
    }
    server.resume();
    expect((await saved)[0]?.stored).toBe(true);
    expect(await backend.count(WRITER)).toBe(2);
    await backend.close();
  });

  it("can be given up in any number", async () => {
    const backend = createRedisBackend({ url: server.url, timeoutMs: 20_000 });
    await backend.save(WRITER, [write("warm")]);
    server.pause();
    const controller = new AbortController();
    const { signal } = controller;
    const saved = backend.save(WRITER, [write("k")]);
    const waiting = Array.from({ length: 9000 }, (_, i) =>
      i % 2 === 0
        ? backend.get(WRITER, ["k"], { signal })
        : backend.increment(WRITER, { ...COUNTER, key: "k" }, { signal }),
    );
    const after = backend.get(WRITER, ["k"]);
    controller.abort();
    const settled = await Promise.allSettled(waiting);
    expect(settled.every(({ status }) => status === "rejected")).toBe(true);
    server.resume();
    await saved;
    expect((await after)[0]?.value).toBe("value of k");
    await backend.close();
  });

  it("are done before the backend closes", async () => {
    const backend = createRedisBackend({ url: server.url });
    const calls = [
      backend.save(WRITER, [write("k")]),
      backend.get(WRITER, ["k"]),
      backend.delete(WRITER, [{ key: "k" }]),
      backend.get(WRITER, ["k"]),
    ];
    const closed = backend.close();
    const [, before, gone, after] = await Promise.all(calls);
    expect(before).toMatchObject([{ value: "value of k" }]);
    expect([gone, after]).toEqual([[true], [undefined]]);
    await closed;
  });
});

describe("a write whose place could not be named in the registry", () => {
  it("has not been applied", async () => {
    const nodes = cluster.masters.map(({ port }) => ({ host: "127.0.0.1", port }));
    const backend = createRedisBackend({ cluster: nodes, timeoutMs: 1000 });
    // The tenant's registry has a slot of its own.
    const slot = Number(await cluster.masters[0]!.command("CLUSTER", "KEYSLOT", "acme"));
    const home = Math.floor(slot / Math.ceil(16_384 / cluster.masters.length));
    const elsewhere = await scopeOn(cluster, (home + 1) % cluster.masters.length);
    await backend.get(elsewhere, ["k"]);
    // The clock of its server is known, so that calls to it are sent at once.
    await backend.stats("acme");
    cluster.masters[home]!.pause();
    const [saved, counted] = [
      rejection(backend.save(elsewhere, [write("k")])),
      rejection(backend.increment(elsewhere, COUNTER)),
    ];
    expect(await saved).toMatchObject({ outcome: "not-applied", retryable: true });
    expect(await counted).toMatchObject({ outcome: "not-applied", retryable: true });
    cluster.masters[home]!.resume();
    expect(await backend.get(elsewhere, ["k", "n"])).toEqual([undefined, undefined]);
    await backend.close();
  });
});

describe("a time that can't be told", () => {
  it("fails the calls that need it, and no others", async () => {
    let isBroken = false;
    const timeOffsetMs = (): number => {
      if (isBroken) throw new Error("no clock");
      return 0;
    };
    const backend = createRedisBackend({ url: server.url, timeOffsetMs, maxPending: 1 });
    const saving = () => backend.save(WRITER, [write("k")]);
    await saving();
    isBroken = true;
    await expect(saving()).rejects.toThrow("no clock");
    await expect(backend.get(WRITER, ["k"])).rejects.toThrow("no clock");
    await expect(backend.clear(WRITER)).rejects.toThrow("no clock");
    isBroken = false;
    expect((await saving())[0]?.stored).toBe(true);
    await backend.close();
  });
});
