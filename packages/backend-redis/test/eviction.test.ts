import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { createRedisBackend, type RedisTarget } from "@mem/backend-redis";
import type { BackgroundFailure } from "@mem/core";
import { startRedis, startRedisCluster } from "@mem/redis-server";
import { Redis } from "ioredis";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { until, WRITER, write } from "./samples.ts";

const server = await startRedis();
const failures: BackgroundFailure[] = [];
const listen = (message: unknown): void => {
  failures.push(message as BackgroundFailure);
};
subscribe("mem:failure", listen);

beforeEach(async () => {
  failures.length = 0;
  await server.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
});
afterAll(async () => {
  unsubscribe("mem:failure", listen);
  await server.stop();
});

const ANNOUNCED = {
  operation: "check the settings of Redis",
  error: expect.objectContaining({
    code: "MEM_NOT_CONFIGURED",
    message: expect.stringMatching(/maxmemory-policy is .* set it to noeviction/),
  }),
};

/** Waits until the server has been asked and its answer has arrived. */
async function looked(before: number, looks: number): Promise<void> {
  await until(async () => (await infos()) >= before + looks, "the server has been asked");
  await server.command("PING");
}

async function infos(): Promise<number> {
  const stats = String(await server.command("INFO", "commandstats"));
  return Number(/cmdstat_info:calls=(\d+)/.exec(stats)?.[1] ?? 0);
}

describe("a server that may drop what it has acknowledged", () => {
  it("is announced once, after connecting, and no call waits or fails", async () => {
    await using backend = createRedisBackend({ url: server.url });
    expect(await backend.save(WRITER, [write("plan")])).toMatchObject([{ stored: true }]);
    await until(async () => failures.length > 0, "it is announced");
    await server.command("CLIENT", "KILL", "TYPE", "normal");
    await until(async () => (await backend.count(WRITER).catch(() => -1)) >= 0, "it is back");
    await backend.health();
    expect(failures).toEqual([ANNOUNCED]);
  });

  it("is announced through a client that was connected before", async () => {
    const client = new Redis(server.url);
    await client.ping();
    const backend = createRedisBackend({ client });
    expect(failures).toEqual([]);
    await backend.count(WRITER);
    await until(async () => failures.length > 0, "it is announced");
    expect(failures).toEqual([ANNOUNCED]);
    await backend.close();
    client.disconnect();
  });

  it("is announced where it is one of a Cluster", async () => {
    await using cluster = await startRedisCluster();
    await cluster.masters[1]!.command("CONFIG", "SET", "maxmemory-policy", "volatile-ttl");
    const target: RedisTarget = {
      cluster: cluster.masters.map(({ port }) => ({ host: "127.0.0.1", port })),
    };
    await using backend = createRedisBackend(target);
    await backend.count(WRITER);
    await until(async () => failures.length > 0, "it is announced");
    expect(failures).toEqual([ANNOUNCED]);
  });
});

describe("nothing is announced", () => {
  it("of a server with noeviction, nor where the user may not ask", async () => {
    await server.command("ACL", "SETUSER", "modest", "on", ">pw", "~*", "+@all", "-info");
    const url = server.url.replace("//", "//modest:pw@");
    await using modest = createRedisBackend({ url, redis: { enableReadyCheck: false } });
    expect(await modest.count(WRITER)).toBe(1);
    await server.command("CONFIG", "SET", "maxmemory-policy", "noeviction");
    const before = await infos();
    await using backend = createRedisBackend({ url: server.url });
    expect(await backend.count(WRITER)).toBe(1);
    // One by the client when it connects, one for the check.
    await looked(before, 2);
    await backend.count(WRITER);
    expect(failures).toEqual([]);
  });
});
