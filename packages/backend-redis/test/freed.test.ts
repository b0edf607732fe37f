import { createRedisBackend } from "@mem/backend-redis";
import { startRedis } from "@mem/redis-server";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { LAUNCH, until, WRITER, write } from "./samples.ts";

const server = await startRedis();
const backend = createRedisBackend({ url: server.url });

beforeEach(async () => {
  await server.command("FLUSHALL");
});
afterAll(async () => {
  await backend.close();
  await server.stop();
});

async function keys(): Promise<string[]> {
  return ((await server.command("KEYS", "*")) as string[]).toSorted();
}

/** Keys that hold what a user stored: entries, logs, workflows. */
async function dataKeys(): Promise<string[]> {
  return (await keys()).filter((key) => /:(e:.*|l:.*|w|s)$/.test(key));
}

describe("what has expired is freed by the server, without being read", () => {
  it("entries and logs of an agent", async () => {
    await backend.save(WRITER, [write("a", { ttlMs: 30 }), write("b", { ttlMs: 40 })]);
    await backend.append(WRITER, "chat", [{ id: "a", value: 1 }], { maxItems: 9, ttlMs: 30 });
    expect(await dataKeys()).toHaveLength(3);
    await until(async () => (await dataKeys()).length === 0, "the entries are freed");
    // Their names are freed a little later, with the index.
    await until(
      async () => !(await keys()).some((key) => /:[nx]$/.test(key)),
      "the index is freed",
    );
  });

  it("an entry that lives for ever holds nobody else's value back", async () => {
    await backend.save(WRITER, [write("brief", { ttlMs: 30 }), write("for ever", { ttlMs: null })]);
    await until(async () => (await dataKeys()).length === 1, "the other is freed");
    expect(await backend.count(WRITER)).toBe(1);
    expect(await backend.stats("acme")).toEqual({ entries: 1, workflows: 0 });
  });

  it("a whole workflow with its entries, whatever their own expiry, and its logs", async () => {
    await backend.save(LAUNCH, [write("before", { ttlMs: null })]);
    await backend.startWorkflow(LAUNCH, {
      timeoutMs: 500,
      metadata: {},
      join: "never",
      opId: "start",
    });
    await backend.save(LAUNCH, [
      write("session", { ttlMs: "session" }),
      write("long"),
      write("for ever", { ttlMs: null }),
    ]);
    await backend.append(LAUNCH, "chat", [{ id: "a", value: 1 }], { maxItems: 9, ttlMs: null });
    await until(async () => (await dataKeys()).length === 1, "the workflow is freed");
    // Its state is kept for whoever asks what has expired, for at most a minute.
    expect(await dataKeys()).toEqual(["mem:{acme:launch}:w"]);
    expect(await server.command("PTTL", "mem:{acme:launch}:w")).toBeLessThanOrEqual(60_000);
    expect(await backend.stats("acme")).toEqual({ entries: 0, workflows: 0 });
  });

  it("a workflow all at once, never before its end and soon after it, however it is used", async () => {
    const start = { timeoutMs: 1600, metadata: {}, join: "never", opId: "start" } as const;
    const { epoch } = await backend.startWorkflow(LAUNCH, start);
    const tied = { session: { epoch, agentId: "writer", activity: "operation" } } as const;
    const bounds = { maxItems: 2, ttlMs: "session" } as const;
    const uses = [
      (i: number) => backend.append(LAUNCH, "chat", [{ id: `a${i}`, value: 1 }], bounds, tied),
      () => backend.get(LAUNCH, ["a"], tied),
      () => backend.save(LAUNCH, [write("a", { ttlMs: "session" })], tied),
      () => backend.save(LAUNCH, [write("b", { ttlMs: 60_000 })], tied),
      () => backend.delete(LAUNCH, [{ key: "a" }, { key: "b" }], tied),
      (i: number) => backend.edit(LAUNCH, "chat", { id: `a${i - (i % 8)}` }, tied),
      () => backend.increment(LAUNCH, { key: "n", by: 1, ttlMs: "session" }),
      () => backend.clear(LAUNCH, tied),
    ];
    const names = ["s", "sn", "sx", "w"].map((name) => `mem:{acme:launch}:${name}`);
    const look = `local ends = {redis.call('HGET', KEYS[4], 'expires')}
      for i, key in ipairs(KEYS) do ends[i + 1] = redis.call('PTTL', key) end
      local at = redis.call('TIME')
      ends[6] = at[1] * 1000 + math.floor(at[2] / 1000)
      return ends`;
    for (let i = 0; i < 400; i++) {
      await uses[i % uses.length]!(i);
      const ends = (await server.command("EVAL", look, "4", ...names)) as number[];
      const [expires, s, sn, sx, w, now] = ends.map(Number) as [number, ...number[]];
      const frees = [s, sn, sx, w! - 60_000].filter((ttl) => ttl !== -2).map((ttl) => now! + ttl!);
      for (const freed of frees) {
        expect(freed).toBeGreaterThanOrEqual(expires - 1);
        expect(freed).toBeLessThanOrEqual(expires + 1600 / 16 + 1);
      }
    }
  });
});

describe("an end leaves nothing behind", () => {
  it("of a workflow: not even its name", async () => {
    const { epoch } = await backend.startWorkflow(LAUNCH, {
      timeoutMs: 60_000,
      metadata: { a: 1 },
      join: "never",
      opId: "start",
    });
    await backend.save({ ...LAUNCH, agentId: "writer" }, [
      write("a", { ttlMs: "session" }),
      write("b"),
    ]);
    await backend.append(LAUNCH, "chat", [{ id: "a", value: 1 }], { maxItems: 9, ttlMs: 1000 });
    await backend.endWorkflow(LAUNCH, { epoch });
    expect(await keys()).toEqual([]);
  });

  it("of one that was never started", async () => {
    await backend.save({ ...LAUNCH, agentId: "writer" }, [write("a"), write("b", { ttlMs: null })]);
    await backend.append(LAUNCH, "chat", [{ id: "a", value: 1 }], { maxItems: 9, ttlMs: null });
    await backend.endWorkflow(LAUNCH, {});
    expect(await keys()).toEqual([]);
  });

  it("of an agent's entries, once the totals have been asked for", async () => {
    await backend.save(WRITER, [write("a"), write("b", { ttlMs: null })]);
    await backend.clear(WRITER);
    expect(await backend.stats("acme")).toEqual({ entries: 0, workflows: 0 });
    expect(await keys()).toEqual([]);
  });
});

describe("strangers in the same database", () => {
  const foreign = [
    "mem",
    "mem:",
    "mem:acme",
    "mem:{acme::writer}",
    "mem:{acme::writer}:e",
    "mem:{acme::writer2}:e:plan",
    "mem:{acme::w*}:e:plan",
    "other:{acme::writer}:e:plan",
    "e:plan",
    "n",
  ];

  it("keep what is theirs when a scope is cleared and a workflow ends", async () => {
    for (const key of foreign) await server.command("SET", key, "a stranger's");
    const agents = ["writer", "*", "[a]", "?"];
    for (const agentId of agents) {
      await backend.save({ tenantId: "acme", agentId }, [write("plan"), write("*")]);
      await backend.save({ ...LAUNCH, agentId }, [write("plan"), write("*")]);
    }
    for (const agentId of agents)
      expect(await backend.clear({ tenantId: "acme", agentId })).toBe(2);
    await backend.endWorkflow(LAUNCH, {});
    for (const key of foreign) expect(await server.command("GET", key)).toBe("a stranger's");
  });

  it("are invisible to another prefix", async () => {
    const other = createRedisBackend({ url: server.url, prefix: "other" });
    await backend.save(WRITER, [write("plan")]);
    expect(await other.get(WRITER, ["plan"])).toEqual([undefined]);
    expect(await other.clear(WRITER)).toBe(0);
    expect(await other.stats("acme")).toEqual({ entries: 0, workflows: 0 });
    expect(await backend.count(WRITER)).toBe(1);
    await other.close();
  });
});
