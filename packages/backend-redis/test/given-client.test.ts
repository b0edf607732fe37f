import { createRedisBackend } from "@mem/backend-redis";
import { startRedis } from "@mem/redis-server";
import { Cluster, Command, Redis } from "ioredis";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { LAUNCH, rejection, WRITER, write } from "./samples.ts";

const server = await startRedis({ args: ["--save", "3600 1"] });
beforeEach(async () => {
  await server.command("FLUSHALL");
});
afterAll(() => server.stop());

/** Replaces commands with new ones of its own making. */
class Translating extends Redis {
  override sendCommand(command: Command): unknown {
    if (!["evalsha", "get"].includes(command.name)) return super.sendCommand(command);
    return super.sendCommand(new Command(command.name, command.args as string[]));
  }
}

describe("a call that is too large for one command", () => {
  it("is refused, also where the connection has to be learned first, and the next one goes on", async () => {
    const backend = createRedisBackend({ url: server.url });
    const keys = Array<string>(5).fill("k".repeat(2 ** 27));
    for (const attempt of [1, 2]) {
      const error = await rejection(backend.get(WRITER, keys));
      expect(error, `attempt ${attempt}`).toMatchObject({
        code: "MEM_TOO_LARGE",
        outcome: "not-applied",
      });
      expect(error.message.length).toBeLessThan(200);
    }
    expect(await backend.count(WRITER)).toBe(0);
    await backend.close();
  });
});

describe("a client with settings of its own", () => {
  it("is refused where its numbers are texts", () => {
    const options = { stringNumbers: true, lazyConnect: true };
    const nodes = [{ host: "127.0.0.1", port: server.port }];
    for (const client of [
      new Redis(server.url, options),
      new Cluster(nodes, { lazyConnect: true, redisOptions: options }),
    ]) {
      const refused = { code: "MEM_INVALID_ARGUMENT", path: "options.client" };
      expect(() => createRedisBackend({ client })).toThrow(expect.objectContaining(refused));
      client.disconnect();
    }
  });

  it("has numbers where the backend makes it, whatever the options say", async () => {
    const backend = createRedisBackend({ url: server.url, redis: { stringNumbers: true } });
    const start = { timeoutMs: 5000, metadata: {}, join: "never", opId: "start" } as const;
    expect((await backend.startWorkflow(LAUNCH, start)).created).toBe(true);
    await backend.save(WRITER, [write("plan")]);
    expect(await backend.stats("acme")).toEqual({ entries: 1, workflows: 1 });
    expect(await backend.delete(WRITER, [{ key: "plan" }])).toEqual([true]);
    await backend.close();
  });

  it("is told what the server keeps on disk, also where it maps replies to objects", async () => {
    const client = new Redis(server.url, { replyMapping: "resp3" });
    const backend = createRedisBackend({ client });
    expect((await backend.health()).messages).toEqual([expect.stringContaining("save 3600 1")]);
    await backend.close();
    client.disconnect();
  });

  it("is refused at once where it writes commands otherwise, with nothing done", async () => {
    const client = new Translating(server.url);
    const backend = createRedisBackend({ client });
    for (const call of [backend.save(WRITER, [write("plan")]), backend.get(WRITER, ["plan"])]) {
      const error = await rejection(call);
      expect(error).toMatchObject({ code: "MEM_UNSUPPORTED", outcome: "not-applied" });
    }
    expect(await server.command("DBSIZE")).toBe(0);
    await backend.close();
    client.disconnect();
  });
});
