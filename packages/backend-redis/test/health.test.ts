import { createRedisBackend } from "@mem/backend-redis";
import { startRedis, startRedisCluster } from "@mem/redis-server";
import { afterAll, describe, expect, it } from "vitest";

const server = await startRedis();
const backend = createRedisBackend({ url: server.url });
afterAll(async () => {
  await backend.close();
  await server.stop();
});

describe("health", () => {
  it("tells what the server is and how long it takes to answer", async () => {
    const { status, durability, details } = await backend.health();
    expect({ status, durability }).toEqual({ status: "ok", durability: "server" });
    expect(details).toMatchObject({
      version: server.version,
      role: "master",
      maxmemoryPolicy: "noeviction",
      latencyMs: expect.any(Number),
      runId: expect.any(String),
    });
  });

  it.each(["allkeys-lru", "volatile-ttl"])(
    "is degraded where the server may drop entries on its own (%s)",
    async (policy) => {
      await server.command("CONFIG", "SET", "maxmemory-policy", policy);
      const health = await backend.health();
      await server.command("CONFIG", "SET", "maxmemory-policy", "noeviction");
      expect(health.status).toBe("degraded");
      expect(health.messages.join()).toContain(`maxmemory-policy is ${policy}`);
    },
  );

  it.each([
    { settings: ["appendonly", "no", "save", ""], says: "keeps nothing on disk" },
    { settings: ["appendonly", "no", "save", "60 1000"], says: "takes snapshots (save 60 1000)" },
    { settings: ["appendonly", "yes", "appendfsync", "everysec"], says: "once a second" },
    { settings: ["appendonly", "yes", "appendfsync", "always"], says: "every write" },
    { settings: ["appendonly", "yes", "appendfsync", "no"], says: "had not written yet" },
  ])("says what the server promises with $settings", async ({ settings, says }) => {
    await server.command("CONFIG", "SET", ...settings);
    const { status, messages } = await backend.health();
    expect(status).toBe("ok");
    expect(messages.join()).toContain(says);
  });

  it("does without what a user may not ask", async () => {
    await server.command("ACL", "SETUSER", "modest", "on", ">pw", "~*", "+@all", "-config");
    const modest = createRedisBackend({ url: `redis://modest:pw@127.0.0.1:${server.port}` });
    expect(await modest.health()).toMatchObject({
      status: "ok",
      details: { appendfsync: "unknown" },
    });
    await modest.close();
  });

  it("asks every primary of a Cluster", async () => {
    await using cluster = await startRedisCluster();
    const [first, , third] = cluster.masters;
    await using member = createRedisBackend({
      cluster: [{ host: "127.0.0.1", port: first!.port }],
    });
    expect(await member.health()).toMatchObject({
      status: "ok",
      details: { nodes: [{ role: "master" }, { role: "master" }, { role: "master" }] },
    });
    await third!.command("CONFIG", "SET", "maxmemory-policy", "allkeys-random");
    expect((await member.health()).status).toBe("degraded");
  });
});
