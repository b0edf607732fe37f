import { mkdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { createRedisBackend } from "@mem/backend-redis";
import { startRedis, startRedisCluster } from "@mem/redis-server";
import { afterAll, describe, expect, it } from "vitest";
import { snapshotEnds, WRITER, write } from "./samples.ts";

const server = await startRedis();
const backend = createRedisBackend({ url: server.url });
afterAll(async () => {
  await backend.close();
  await server.stop();
});

function urlOf(user: string): string {
  return `redis://${user}:pw@127.0.0.1:${server.port}`;
}

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
    {
      settings: ["appendonly", "yes", "appendfsync", "always", "no-appendfsync-on-rewrite", "yes"],
      says: "except while it rewrites the file",
    },
    {
      settings: ["appendonly", "yes", "appendfsync", "everysec", "no-appendfsync-on-rewrite", "no"],
      says: "of the server nothing",
    },
  ])("says what the server promises with $settings", async ({ settings, says }) => {
    await server.command("CONFIG", "SET", ...settings);
    const { status, messages } = await backend.health();
    expect(status).toBe("ok");
    expect(messages.join()).toContain(says);
  });

  it("is degraded where the server can't write what it should keep", async () => {
    await server.command("CONFIG", "SET", "appendonly", "no", "save", "3600 1");
    const snapshot = join(server.dir, "dump.rdb");
    await mkdir(snapshot);
    await snapshotEnds(server, "err");
    const { status, messages } = await backend.health();
    await rmdir(snapshot);
    await snapshotEnds(server, "ok");
    expect(status).toBe("degraded");
    expect(messages.join()).toContain("could not write its last snapshot");
    expect((await backend.health()).status).toBe("ok");
  });

  it.each([
    { appendonly: "yes", says: "a crash of the server loses nothing" },
    { appendonly: "no", says: "whether it takes snapshots could not be checked" },
  ])(
    "says what it could not check where the user may not run CONFIG (appendonly $appendonly)",
    async ({ appendonly, says }) => {
      await server.command("CONFIG", "SET", "appendonly", appendonly);
      await server.command("ACL", "SETUSER", "modest", "on", ">pw", "~*", "+@all", "-config");
      await using modest = createRedisBackend({ url: urlOf("modest") });
      expect(await modest.health()).toMatchObject({
        status: "ok",
        messages: [expect.stringContaining(says)],
        details: { appendfsync: "unknown", maxmemoryPolicy: "noeviction" },
      });
      expect(await modest.save(WRITER, [write("plan")])).toMatchObject([{ stored: true }]);
    },
  );

  it("says that it could check nothing where the user may not run INFO either", async () => {
    await server.command(
      "ACL",
      "SETUSER",
      "humble",
      "on",
      ">pw",
      "~*",
      "+@all",
      "-config",
      "-info",
    );
    const redis = { enableReadyCheck: false };
    await using humble = createRedisBackend({ url: urlOf("humble"), redis });
    expect(await humble.health()).toMatchObject({
      status: "ok",
      messages: [expect.stringContaining("could not be checked: this user may not run INFO")],
    });
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
