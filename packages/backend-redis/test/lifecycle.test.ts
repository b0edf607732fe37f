import { execFile } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import { createRedisBackend, type RedisBackendOptions } from "@mem/backend-redis";
import { startRedis } from "@mem/redis-server";
import { Redis } from "ioredis";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { rejection, WRITER, write } from "./samples.ts";

const server = await startRedis();
beforeEach(async () => {
  await server.command("FLUSHALL");
});
afterAll(() => server.stop());

async function connections(): Promise<number> {
  return Number(
    /connected_clients:(\d+)/.exec(String(await server.command("INFO", "clients")))?.[1],
  );
}

describe("connecting", () => {
  it("happens at the first call, once, whoever makes it", async () => {
    const before = await connections();
    const backend = createRedisBackend({ url: server.url });
    expect(await connections()).toBe(before);
    await Promise.all(Array.from({ length: 50 }, () => backend.count(WRITER)));
    expect(await connections()).toBe(before + 1);
    await backend.close();
  });

  it("takes options of ioredis, a URL with both, and a client that has not connected yet", async () => {
    const lazy = new Redis(server.url, { lazyConnect: true });
    const targets: RedisBackendOptions[] = [
      { redis: { port: server.port, db: 3 } },
      { url: server.url, redis: { connectionName: "mem" } },
      { client: lazy },
    ];
    for (const target of targets) {
      const backend = createRedisBackend(target);
      expect(await backend.save(WRITER, [write("plan")])).toMatchObject([{ stored: true }]);
      await backend.close();
    }
    lazy.disconnect();
  });

  it("keeps to the key prefix of a client", async () => {
    const client = new Redis(server.url, { keyPrefix: "app:" });
    const backend = createRedisBackend({ client });
    await backend.save(WRITER, [write("plan")]);
    expect(await backend.count(WRITER)).toBe(1);
    const keys = (await server.command("KEYS", "*")) as string[];
    expect(keys.every((key) => key.startsWith("app:mem:{"))).toBe(true);
    await backend.close();
    client.disconnect();
  });
});

describe("closing", () => {
  it("waits for what was accepted", async () => {
    const backend = createRedisBackend({ url: server.url });
    const saved = backend.save(WRITER, [write("plan")]);
    await backend.close();
    expect(await saved).toMatchObject([{ stored: true }]);
  });

  it("leaves a borrowed client open, with none of our listeners on it", async () => {
    const client = new Redis(server.url);
    client.on("error", () => undefined);
    const before = client.eventNames().map((name) => [name, client.listenerCount(name)]);
    const backend = createRedisBackend({ client });
    await backend.save(WRITER, [write("plan")]);
    await backend.close();
    expect(await client.ping()).toBe("PONG");
    expect(client.eventNames().map((name) => [name, client.listenerCount(name)])).toEqual(before);
    client.disconnect();
  });

  it("refuses a client that its owner has closed", async () => {
    const client = new Redis(server.url);
    const backend = createRedisBackend({ client });
    await backend.count(WRITER);
    client.disconnect();
    await once(client, "end");
    expect(await rejection(backend.count(WRITER))).toMatchObject({
      code: "MEM_UNAVAILABLE",
      outcome: "not-applied",
      retryable: false,
    });
    await backend.close();
  });
});

const programs = {
  "that only made a backend": `createRedisBackend({ url });`,
  "that closed it after use": `
    const backend = createRedisBackend({ url });
    await backend.count({ tenantId: "acme", agentId: "writer" });
    await backend.close();`,
  "whose server was never there": `
    const backend = createRedisBackend({ url: "redis://127.0.0.1:1", timeoutMs: 200 });
    await backend.count({ tenantId: "acme", agentId: "writer" }).catch(() => undefined);
    await backend.close();`,
  "whose Cluster was never there": `
    const nodes = [{ host: "127.0.0.1", port: 1 }];
    const backend = createRedisBackend({ cluster: nodes, timeoutMs: 200 });
    await backend.count({ tenantId: "acme", agentId: "writer" }).catch(() => undefined);
    await backend.close();`,
};

describe("a process ends by itself", () => {
  it.each(Object.entries(programs))("%s", async (_, program) => {
    const code = `
      import { createRedisBackend } from "@mem/backend-redis";
      const url = ${JSON.stringify(server.url)};
      ${program}`;
    const args = ["--conditions=@mem/source", "--input-type=module", "--eval", code];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, {
      cwd: import.meta.dirname,
      timeout: 5000,
    });
    expect(stdout + stderr).toBe("");
  });
});

describe("bad options are refused by name, without a URL's password", () => {
  const bad: readonly { readonly options: unknown; readonly path: string }[] = [
    { options: undefined, path: "options" },
    { options: {}, path: "options" },
    { options: { url: "redis://a", client: {} }, path: "options" },
    { options: { url: "http://user:s3cret@host" }, path: "options.url" },
    { options: { url: "s3cret" }, path: "options.url" },
    { options: { cluster: [] }, path: "options.cluster" },
    { options: { client: {} }, path: "options.client" },
    { options: { client: { sendCommand() {}, options: {} } }, path: "options.client" },
    { options: { url: "redis://a", prefix: "" }, path: "options.prefix" },
    { options: { url: "redis://a", prefix: "{a}" }, path: "options.prefix" },
    { options: { url: "redis://a", timeoutMs: 0 }, path: "options.timeoutMs" },
    { options: { url: "redis://a", timeoutMs: 1e9 }, path: "options.timeoutMs" },
    { options: { url: "redis://a", timeoutMs: "2s" }, path: "options.timeoutMs" },
    { options: { url: "redis://a", maxPending: 1.5 }, path: "options.maxPending" },
    { options: { url: "redis://a", maxValueBytes: 2 ** 30 }, path: "options.maxValueBytes" },
    { options: { url: "redis://a", compress: "gzip" }, path: "options.compress" },
    { options: { url: "redis://a", compress: null }, path: "options.compress" },
    { options: { url: "redis://a", compress: { level: 9 } }, path: "options.compress" },
    {
      options: { url: "redis://a", compress: { aboveBytes: 0 } },
      path: "options.compress.aboveBytes",
    },
    { options: { url: "redis://a", timeOffsetMs: 5 }, path: "options.timeOffsetMs" },
    { options: { url: "redis://a", timeout: 5 }, path: "options.timeout" },
  ];
  it.each(bad)("$options", ({ options, path }) => {
    const make = () => createRedisBackend(options as RedisBackendOptions);
    expect(make).toThrow(expect.objectContaining({ code: "MEM_INVALID_ARGUMENT", path }));
    expect(make).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining("s3cret") }),
    );
  });
});
