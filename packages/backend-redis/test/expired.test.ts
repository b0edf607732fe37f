import { createRedisBackend, type RedisTarget } from "@mem/backend-redis";
import type { ShortTermBackend } from "@mem/core";
import { startRedis, startRedisCluster, type RedisServer } from "@mem/redis-server";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { openHarness } from "./harness.ts";
import { write } from "./samples.ts";

const server = await startRedis();
const cluster = await startRedisCluster();
afterAll(async () => {
  await server.stop();
  await cluster.stop();
});

const WORKFLOW = { tenantId: "acme", workflowId: "campaign-7f" };
const START = { timeoutMs: 10_000, metadata: { a: 1 }, join: "if-exists", opId: "start" } as const;

interface Place {
  readonly name: string;
  readonly target: RedisTarget;
  readonly servers: readonly Pick<RedisServer, "command">[];
}

const PLACES: readonly Place[] = [
  { name: "Redis", target: { url: server.url }, servers: [server] },
  {
    name: "Cluster",
    target: { cluster: cluster.masters.map(({ port }) => ({ host: "127.0.0.1", port })) },
    servers: cluster.masters,
  },
];

/** Does something of every kind in a lifetime. */
async function use(backend: ShortTermBackend): Promise<string> {
  await backend.save(WORKFLOW, [write("before", { ttlMs: 3_600_000 })]);
  const { epoch } = await backend.startWorkflow(WORKFLOW, START);
  const session = { epoch, agentId: "writer", activity: "operation" } as const;
  await backend.save(WORKFLOW, [write("a", { ttlMs: "session" }), write("b")], { session });
  const bounds = { maxItems: 9, ttlMs: "session" } as const;
  await backend.append(WORKFLOW, "chat", [{ id: "a", value: 1, ties: ["t"] }], bounds);
  await backend.claim(WORKFLOW, { step: "draft", ttlMs: 60_000, opId: "claim" }, { session });
  const watch = await backend.watchWorkflow(WORKFLOW, () => undefined);
  await watch[Symbol.asyncDispose]();
  return epoch;
}

describe.each(PLACES)("$name: a lifetime that timed out", ({ target, servers }) => {
  beforeEach(async () => {
    await Promise.all(servers.map((one) => one.command("FLUSHALL")));
  });

  /** Every key and every member of the registry that contains the workflow's name. */
  async function traces(): Promise<string[]> {
    const found: string[] = [];
    for (const one of servers) {
      const keys = (await one.command("KEYS", "*")) as string[];
      for (const key of keys) {
        const isRegistry = /:(places|live|due)$/.test(key);
        const members = isRegistry
          ? ((await one.command("ZRANGE", key, "0", "-1")) as string[])
          : [];
        found.push(...[key, ...members].filter((name) => name.includes(WORKFLOW.workflowId)));
      }
    }
    return found;
  }

  it("is answered once, and leaves no trace of its name anywhere", async () => {
    const memory = openHarness(target);
    const epoch = await use(memory.backend);
    expect(await traces()).not.toEqual([]);
    await memory.advance(20_000);
    const others = [memory.backend, await memory.another!(), await memory.another!()];
    const answers = await Promise.all(others.map((backend) => backend.takeExpired("acme")));
    expect(answers.flat()).toMatchObject([
      { workflowId: WORKFLOW.workflowId, epoch, metadata: { a: 1 }, claims: [{ step: "draft" }] },
    ]);
    expect(await traces()).toEqual([]);
    await Promise.all(others.map((backend) => backend.close()));
  });

  it("leaves no trace where it was ended instead, with its data or without", async () => {
    const memory = openHarness(target);
    await memory.backend.endWorkflow(WORKFLOW, { epoch: await use(memory.backend) });
    expect(await traces()).toEqual([]);
    const epoch = await use(memory.backend);
    await memory.backend.endWorkflow(WORKFLOW, { epoch, keepData: true });
    expect((await traces()).filter((name) => name === WORKFLOW.workflowId)).toHaveLength(1);
    await memory.advance(20_000);
    expect(await memory.backend.takeExpired("acme")).toEqual([]);
    await memory.backend.close();
  });

  it("is looked at about once in a timeout, and not because it is used", async () => {
    const memory = openHarness(target);
    const session = { epoch: await use(memory.backend) };
    for (let used = 0; used < 10; used++) {
      await memory.advance(4000);
      await memory.backend.getWorkflow(WORKFLOW, { session });
      expect(await memory.backend.takeExpired("acme")).toEqual([]);
    }
    await memory.advance(10_500);
    expect(await memory.backend.takeExpired("acme")).toHaveLength(1);
    await memory.backend.close();
  });

  it("is one of any number, a hundred at a time", async () => {
    const memory = openHarness(target);
    const ids = Array.from({ length: 230 }, (_, i) => `workflow ${i}`);
    const refs = ids.map((workflowId) => ({ tenantId: "acme", workflowId }));
    await Promise.all(refs.map((ref) => memory.backend.startWorkflow(ref, START)));
    const slow = { ...START, timeoutMs: 90_000 };
    await memory.backend.startWorkflow({ tenantId: "acme", workflowId: "alive" }, slow);
    await memory.advance(15_000);
    const found: string[] = [];
    for (const expected of [100, 100, 30, 0]) {
      const taken = await memory.backend.takeExpired("acme");
      expect(taken).toHaveLength(expected);
      found.push(...taken.map(({ workflowId }) => workflowId));
    }
    expect(found.toSorted()).toEqual(ids.toSorted());
    await memory.backend.close();
  });

  it("keeps what was stored under its name since", async () => {
    const memory = openHarness(target);
    await use(memory.backend);
    await memory.advance(20_000);
    await memory.backend.save(WORKFLOW, [write("after", { ttlMs: 60_000 })]);
    expect(await memory.backend.takeExpired("acme")).toHaveLength(1);
    expect(await memory.backend.count(WORKFLOW)).toBe(1);
    expect(await memory.backend.stats("acme")).toEqual({ entries: 1, workflows: 0 });
    await memory.backend.close();
  });

  it("is found by who runs by the real time, too", async () => {
    const backend = createRedisBackend({ ...target, prefix: "real" });
    await backend.startWorkflow(WORKFLOW, { ...START, timeoutMs: 20 });
    const take = () => backend.takeExpired("acme");
    await expect.poll(take).toMatchObject([{ timeoutMs: 20 }]);
    expect(await traces()).toEqual([]);
    await backend.close();
  });
});
