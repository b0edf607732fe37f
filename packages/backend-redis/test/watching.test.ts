import { createRedisBackend } from "@mem/backend-redis";
import { startRedis, startRedisCluster } from "@mem/redis-server";
import { Cluster, Redis } from "ioredis";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LAUNCH, rejection, until, write } from "./samples.ts";
import { startTcpProxy } from "./tcp-proxy.ts";

const server = await startRedis();
const cluster = await startRedisCluster();
beforeEach(async () => {
  await server.command("FLUSHALL");
});
afterEach(() => {
  vi.useRealTimers();
});
afterAll(async () => {
  await server.stop();
  await cluster.stop();
});

const START = { timeoutMs: 60_000, metadata: {}, join: "never", opId: "start" } as const;

async function subscribers(): Promise<number> {
  const list = String(await server.command("CLIENT", "LIST", "TYPE", "pubsub"));
  return list.split("\n").filter((line) => line.includes("sub=")).length;
}

async function published(): Promise<number> {
  const info = String(await server.command("INFO", "commandstats"));
  return Number(/cmdstat_publish:calls=(\d+)/.exec(info)?.[1] ?? 0);
}

interface Bell {
  readonly ring: () => void;
  /** Whether it has rung since the last call. */
  readonly wasRung: () => boolean;
}

function makeBell(): Bell {
  let isRung = false;
  return {
    ring: () => {
      isRung = true;
    },
    wasRung: () => {
      const was = isRung;
      isRung = false;
      return was;
    },
  };
}

describe("watching a workflow", () => {
  it("has nothing published while nobody watches, and nothing after its end", async () => {
    const backend = createRedisBackend({ url: server.url });
    const { epoch } = await backend.startWorkflow(LAUNCH, START);
    await server.command("CONFIG", "RESETSTAT");
    await backend.save(LAUNCH, [write("a")]);
    await backend.increment(LAUNCH, { key: "n", by: 1, ttlMs: "session" });
    await backend.delete(LAUNCH, [{ key: "a" }]);
    await backend.clear(LAUNCH);
    expect(await published()).toBe(0);
    const watch = await backend.watchWorkflow(LAUNCH, () => undefined);
    await backend.get(LAUNCH, ["a"]);
    await backend.append(LAUNCH, "chat", [{ id: "a", value: 1 }], { maxItems: 9, ttlMs: null });
    await backend.delete(LAUNCH, [{ key: "a" }]);
    expect(await published()).toBe(0);
    await backend.save(LAUNCH, [write("a"), write("b")]);
    expect(await published()).toBe(1);
    await backend.endWorkflow(LAUNCH, { epoch });
    expect(await published()).toBe(2);
    expect(await server.command("KEYS", "*")).toEqual([]);
    await watch[Symbol.asyncDispose]();
    await backend.close();
  });

  it("takes one connection for any number of them, which goes with the last", async () => {
    const backend = createRedisBackend({ url: server.url });
    expect(await subscribers()).toBe(0);
    const ids = Array.from({ length: 20 }, (_, i) => `workflow ${i}`);
    const watches = await Promise.all(
      ids.map((workflowId) => backend.watchWorkflow({ ...LAUNCH, workflowId }, () => undefined)),
    );
    expect(await subscribers()).toBe(1);
    for (const watch of watches) await watch[Symbol.asyncDispose]();
    await until(async () => (await subscribers()) === 0, "the connection is closed");
    await backend.watchWorkflow(LAUNCH, () => undefined);
    expect(await subscribers()).toBe(1);
    await backend.close();
    await until(async () => (await subscribers()) === 0, "the connection is closed");
  });

  it("wakes everybody after its connection was lost, and goes on", async () => {
    const backend = createRedisBackend({ url: server.url });
    const bell = makeBell();
    await backend.watchWorkflow(LAUNCH, bell.ring);
    for (let lost = 0; lost < 3; lost++) {
      await server.command("CLIENT", "KILL", "TYPE", "pubsub");
      await expect.poll(bell.wasRung).toBe(true);
      await backend.save(LAUNCH, [write("a")]);
      await expect.poll(bell.wasRung).toBe(true);
    }
    await backend.close();
  });

  it("leaves no mark of a session that was over when it began, nor takes that of others", async () => {
    const [one, other] = [1, 2].map(() => createRedisBackend({ url: server.url }));
    const { epoch } = await one!.startWorkflow(LAUNCH, START);
    await one!.endWorkflow(LAUNCH, { epoch });
    const bell = makeBell();
    const watches = [
      await one!.watchWorkflow(LAUNCH, () => undefined),
      await one!.watchWorkflow(LAUNCH, () => undefined),
      await other!.watchWorkflow(LAUNCH, bell.ring),
    ] as const;
    await watches[0][Symbol.asyncDispose]();
    await watches[1][Symbol.asyncDispose]();
    await one!.save(LAUNCH, [write("a")]);
    await expect.poll(bell.wasRung).toBe(true);
    await one!.clear(LAUNCH);
    await watches[2][Symbol.asyncDispose]();
    expect(await server.command("KEYS", "*:v")).toEqual([]);
    await Promise.all([one!.close(), other!.close()]);
  });

  it("finds out that its connection is dead though nothing has closed it", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    await using proxy = await startTcpProxy(server.port);
    const backend = createRedisBackend({ url: proxy.url, timeoutMs: 2000 });
    const writer = createRedisBackend({ url: server.url });
    const bell = makeBell();
    await backend.watchWorkflow(LAUNCH, bell.ring);
    proxy.freeze();
    await writer.save(LAUNCH, [write("a")]);
    vi.advanceTimersByTime(30_000);
    await expect.poll(bell.wasRung).toBe(true);
    await writer.save(LAUNCH, [write("a")]);
    await expect.poll(bell.wasRung).toBe(true);
    await Promise.all([backend.close(), writer.close()]);
  });

  it("uses a borrowed client as the model of its connection, and never closes it", async () => {
    const client = new Redis(server.url, { connectionName: "borrowed" });
    const backend = createRedisBackend({ client });
    const bell = makeBell();
    await backend.watchWorkflow(LAUNCH, bell.ring);
    await backend.save(LAUNCH, [write("a")]);
    await expect.poll(bell.wasRung).toBe(true);
    expect(client.mode).toBe("normal");
    await backend.close();
    expect(await client.ping()).toBe("PONG");
    await until(async () => (await subscribers()) === 0, "the connection is closed");
    client.disconnect();
  });

  it("fails with what the server says where the user may not subscribe", async () => {
    const rule = "on nopass ~* +@all -subscribe resetchannels";
    await server.command("ACL", "SETUSER", "deaf", ...rule.split(" "));
    const backend = createRedisBackend({ url: `redis://deaf:x@127.0.0.1:${server.port}` });
    const error = await rejection(
      backend.watchWorkflow(LAUNCH, () => undefined).then(() => "watched"),
    );
    expect(error).toMatchObject({ code: "MEM_UNAVAILABLE", retryable: false });
    // A user that may not publish can write all the same.
    await server.command("HSET", "mem:{acme:launch}:v", "somebody", "1");
    expect(await backend.save(LAUNCH, [write("a")])).toMatchObject([{ stored: true }]);
    await backend.close();
  });

  it("gives up by its deadline and on its signal", async () => {
    const silent = await startRedis();
    const backend = createRedisBackend({ url: silent.url, timeoutMs: 1000 });
    await backend.watchWorkflow(LAUNCH, () => undefined);
    await silent.stop();
    const late = backend.watchWorkflow(LAUNCH, () => undefined).then(() => "watched");
    expect(await rejection(late)).toMatchObject({ code: "MEM_UNAVAILABLE" });
    const controller = new AbortController();
    const { signal } = controller;
    const aborted = backend.watchWorkflow(LAUNCH, () => undefined, { signal });
    controller.abort();
    expect(await rejection(aborted.then(() => "watched"))).toMatchObject({ code: "MEM_ABORTED" });
    await backend.close();
  });
});

describe("watching in a Cluster", () => {
  it.each(["of its own", "that is borrowed"])(
    "hears of changes wherever they are made, by a client %s",
    async (whose) => {
      const nodes = cluster.masters.map(({ port }) => ({ host: "127.0.0.1", port }));
      const client = whose === "that is borrowed" ? new Cluster(nodes) : undefined;
      const prefix = `watching ${whose}`;
      const backend = createRedisBackend({ ...(client ? { client } : { cluster: nodes }), prefix });
      const other = createRedisBackend({ cluster: nodes, prefix });
      for (let i = 0; i < 6; i++) {
        const ref = { ...LAUNCH, workflowId: `launch ${i}` };
        const bell = makeBell();
        await backend.watchWorkflow(ref, bell.ring);
        await other.save(ref, [write("a")]);
        await expect.poll(bell.wasRung).toBe(true);
      }
      const bell = makeBell();
      await backend.watchWorkflow(LAUNCH, bell.ring);
      for (const master of cluster.masters)
        await master.command("CLIENT", "KILL", "TYPE", "pubsub");
      await expect.poll(bell.wasRung).toBe(true);
      await other.save(LAUNCH, [write("a")]);
      await expect.poll(bell.wasRung).toBe(true);
      await backend.close();
      await other.close();
      if (client) expect(await client.get("anything")).toBeNull();
      client?.disconnect();
    },
  );
});
