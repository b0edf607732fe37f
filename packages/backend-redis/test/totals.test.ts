import { createRedisBackend, type RedisTarget } from "@mem/backend-redis";
import { isMemoryError, type Scope, type ShortTermBackend, type ShortTermWrite } from "@mem/core";
import { startRedis, startRedisCluster } from "@mem/redis-server";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { headerArgs } from "../src/scripts/script.ts";
import { delist } from "../src/scripts/tenant.ts";
import { openHarness } from "./harness.ts";
import { write } from "./samples.ts";

const server = await startRedis();
const cluster = await startRedisCluster();
afterAll(async () => {
  await server.stop();
  await cluster.stop();
});

const AGENTS = ["a", "b"];
const WORKFLOWS = ["v", "w"];
const SCOPES: readonly Scope[] = [
  ...AGENTS.map((agentId) => ({ tenantId: "t", agentId })),
  ...WORKFLOWS.flatMap((workflowId): Scope[] => [
    { tenantId: "t", workflowId },
    { tenantId: "t", workflowId, agentId: "a" },
  ]),
];

type Step = (backend: ShortTermBackend, advance: (ms: number) => unknown) => Promise<unknown>;

const scope = fc.constantFrom(...SCOPES);
const workflowId = fc.constantFrom(...WORKFLOWS);
const key = fc.constantFrom("k", "l", "m");
const ttlMs = fc.constantFrom(null, 1000, 60_000, 10_000_000, "keep" as const, "session" as const);

/** Anything that changes what a tenant holds. */
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(scope, key, ttlMs).map(([at, name, ttl]): Step => {
      return (backend) => saveWhereAllowed(backend, at, write(name, { ttlMs: ttl }));
    }),
  },
  fc.tuple(scope, key).map(
    ([at, name]): Step =>
      (backend) =>
        backend.delete(at, [{ key: name }]),
  ),
  scope.map(
    (at): Step =>
      (backend) =>
        backend.clear(at),
  ),
  fc
    .tuple(workflowId, fc.constantFrom(2000, 100_000), fc.uuid())
    .map(([id, timeoutMs, opId]): Step => {
      return (backend) =>
        backend.startWorkflow(
          { tenantId: "t", workflowId: id },
          { timeoutMs, metadata: {}, join: "if-exists", opId },
        );
    }),
  fc.tuple(workflowId, fc.boolean()).map(([id, keepData]): Step => {
    return (backend) => backend.endWorkflow({ tenantId: "t", workflowId: id }, { keepData });
  }),
  fc.constantFrom(500, 3000, 90_000).map(
    (ms): Step =>
      async (_, advance) =>
        advance(ms),
  ),
);

/** Saves; a refusal is ignored if there is no lifetime for the entry. */
async function saveWhereAllowed(
  backend: ShortTermBackend,
  at: Scope,
  one: ShortTermWrite,
): Promise<void> {
  try {
    await backend.save(at, [one]);
  } catch (error) {
    if (isMemoryError(error, "MEM_SESSION_ENDED") || at.workflowId === undefined) return;
    throw error;
  }
}

async function countOneByOne(backend: ShortTermBackend): Promise<unknown> {
  const counts = await Promise.all(SCOPES.map((at) => backend.count(at)));
  const listed = await Promise.all(
    SCOPES.map(async (at) => (await backend.list(at, { limit: 100 })).items.length),
  );
  expect(counts).toEqual(listed);
  const states = await Promise.all(
    WORKFLOWS.map((id) => backend.getWorkflow({ tenantId: "t", workflowId: id })),
  );
  return {
    entries: counts.reduce((total, count) => total + count, 0),
    workflows: states.filter((state) => state !== undefined).length,
  };
}

async function agree(target: RedisTarget, steps: readonly Step[]): Promise<void> {
  const harness = openHarness(target);
  const { backend } = harness;
  try {
    for (const take of steps) {
      await take(backend, (ms) => harness.advance(ms));
      expect(await backend.stats("t")).toEqual(await countOneByOne(backend));
    }
  } finally {
    await backend.close();
  }
}

describe("the totals of a tenant agree with what is counted place by place, whatever happened", () => {
  it("on one server", async () => {
    const property = fc.asyncProperty(fc.array(step, { maxLength: 20 }), (steps) =>
      agree({ url: server.url }, steps),
    );
    await expect(fc.assert(property, { numRuns: 40 })).resolves.toBeUndefined();
  });

  it("in a Cluster, where the registry lies elsewhere", async () => {
    const nodes = cluster.masters.map(({ port }) => ({ host: "127.0.0.1", port }));
    const property = fc.asyncProperty(fc.array(step, { maxLength: 20 }), (steps) =>
      agree({ cluster: nodes }, steps),
    );
    await expect(fc.assert(property, { numRuns: 20 })).resolves.toBeUndefined();
  });
});

describe("the registry of a tenant", () => {
  it("names a place before anything is in it: a writer that dies in between is counted as nothing", async () => {
    // The registry of tenant `t` and the memory of agent `a` are on different primaries, or this proves nothing.
    const nodes = cluster.masters.map(({ port }) => ({ host: "127.0.0.1", port }));
    const slots = await Promise.all(
      ["t", "t::a"].map((tag) => cluster.masters[0]!.command("CLUSTER", "KEYSLOT", tag)),
    );
    expect(slots[0]).not.toBe(slots[1]);
    const backend = createRedisBackend({ cluster: nodes, prefix: "crash" });
    await backend.save(SCOPES[0]!, [write("k")]);
    const owners = await Promise.all(
      cluster.masters.map((node) =>
        node.command("ZRANGE", "crash:{t}:places", "0", "-1").catch(() => []),
      ),
    );
    expect(owners.flat()).toEqual(["a:a"]);
    // As after a writer that died in between: the place is named and empty.
    const home = cluster.masters.find((_, i) => (owners[i] as string[]).length > 0)!;
    await home.command("ZADD", "crash:{t}:places", String(Date.now() + 60_000), "a:nobody");
    expect(await backend.stats("t")).toEqual({ entries: 1, workflows: 0 });
    await backend.close();
  });

  it("forgets a place only as it was when it was found empty: never one that was named again since", async () => {
    const { backend } = openHarness({ url: server.url });
    const agent = { tenantId: "again", agentId: "a" };
    await backend.save(agent, [write("k")]);
    const [home] = (await server.command("KEYS", "*:{again}:places")) as [string];
    const found = String(await server.command("ZSCORE", home, "a:a"));
    // One caller empties the place and forgets it, while another has named it again and is about to write.
    await backend.clear(agent);
    await backend.stats("again");
    await backend.save(agent, [write("k")]);
    const args = headerArgs({
      deadline: "9999999999999",
      offset: "0",
      prefix: "",
      epoch: "",
      actor: "",
      activity: "",
      lifeToken: "",
      ownToken: "",
      owner: "",
      claim: "",
    });
    const base = home.replace("places", "");
    await server.command("EVAL", delist.lua, "1", base, ...args, "a:a", found);
    expect(await backend.stats("again")).toEqual({ entries: 1, workflows: 0 });
    await backend.close();
  });

  it("forgets places by itself when what was in them has expired long ago", async () => {
    const harness = openHarness({ url: server.url });
    const { backend } = harness;
    for (let i = 0; i < 50; i++) {
      const ref = { tenantId: "t", workflowId: `run ${i}` };
      await backend.startWorkflow(ref, { timeoutMs: 1000, metadata: {}, join: "never", opId: "o" });
      await backend.save({ tenantId: "t", agentId: `agent ${i}` }, [write("k", { ttlMs: 1000 })]);
    }
    await harness.advance(3_600_000);
    await backend.save({ tenantId: "t", agentId: "last" }, [write("k")]);
    const registries = (await server.command("KEYS", "*:{t}:places")) as string[];
    const sizes = await Promise.all(registries.map((name) => server.command("ZCARD", name)));
    expect(sizes).toContain(1);
    await backend.close();
  });
});
