import { createRedisBackend, type RedisBackendOptions } from "@mem/backend-redis";
import type { Scope, ShortTermBackend } from "@mem/core";
import { startRedis, startRedisCluster } from "@mem/redis-server";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { write } from "./samples.ts";

const server = await startRedis();
const cluster = await startRedisCluster();
afterAll(async () => {
  await server.stop();
  await cluster.stop();
});

const targets: readonly { readonly where: string; readonly target: RedisBackendOptions }[] = [
  { where: "one server", target: { url: server.url } },
  {
    where: "a Cluster",
    target: { cluster: cluster.masters.map(({ port }) => ({ host: "127.0.0.1", port })) },
  },
];

const KEYS = ["a", "b", "c"];

/** A call that is made without waiting for the one before. */
const step = fc.record({
  kind: fc.constantFrom("save", "save", "get", "get", "increment", "delete", "count", "clear"),
  key: fc.constantFrom(...KEYS),
  ttlMs: fc.constantFrom(60_000, 3_600_000, null),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

let scopes = 0;
function newScope(inWorkflow: boolean): Scope {
  const agentId = `agent ${scopes++}`;
  return inWorkflow
    ? { tenantId: "acme", workflowId: agentId, agentId }
    : { tenantId: "acme", agentId };
}

/** Makes all calls in one tick; resolves with their answers. */
function play(backend: ShortTermBackend, scope: Scope, steps: readonly Step[]): Promise<unknown[]> {
  const ask = async ({ kind, key, ttlMs }: Step, i: number): Promise<unknown> => {
    if (kind === "save") return void (await backend.save(scope, [write(key, { value: i, ttlMs })]));
    if (kind === "get") return (await backend.get(scope, [key]))[0]?.value;
    if (kind === "increment") return (await backend.increment(scope, { key, by: 1, ttlMs })).value;
    if (kind === "delete") return (await backend.delete(scope, [{ key }]))[0];
    return kind === "count" ? backend.count(scope) : backend.clear(scope);
  };
  return Promise.all(steps.map(ask));
}

/** The answers of calls that run one after the other; `values` is what they leave. */
function expected(steps: readonly Step[], values: Map<string, number>): unknown[] {
  return steps.map(({ kind, key }, i) => {
    if (kind === "save") return void values.set(key, i);
    if (kind === "get") return values.get(key);
    if (kind === "increment") return values.set(key, (values.get(key) ?? 0) + 1).get(key);
    if (kind === "delete") return values.delete(key);
    const { size } = values;
    if (kind === "clear") values.clear();
    return size;
  });
}

describe.each(targets)("calls of one tick, on $where", ({ target }) => {
  it.each([
    ["when the scripts are known", false],
    ["when they have to be sent again", true],
  ])("happen to each key in the order in which they were made, %s", async (_, forgets) => {
    const backend = createRedisBackend(target);
    const nodes = target.cluster === undefined ? [server] : cluster.masters;
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 30 }),
        fc.boolean(),
        async (steps, inWorkflow) => {
          if (forgets) await Promise.all(nodes.map((node) => node.command("SCRIPT", "FLUSH")));
          const values = new Map<string, number>();
          const answers = expected(steps, values);
          const scope = newScope(inWorkflow);
          expect(await play(backend, scope, steps)).toEqual(answers);
          const last = await backend.get(scope, KEYS);
          expect(last.map((entry) => entry?.value)).toEqual(KEYS.map((key) => values.get(key)));
        },
      ),
      { numRuns: 60 },
    );
    await backend.close();
  });

  it("happen in that order on a connection that is just being made", async () => {
    const backend = createRedisBackend(target);
    const scope = newScope(false);
    const saved = backend.save(scope, [write("a")]);
    expect((await backend.get(scope, ["a"]))[0]?.value).toBe("value of a");
    await saved;
    await backend.close();
  });

  it("keep their order with what does not travel", async () => {
    const backend = createRedisBackend(target);
    const scope = newScope(false);
    await backend.count(scope);
    const calls = [
      backend.save(scope, [write("a")]),
      backend.save(scope, [write("b")]),
      backend.delete(scope, [{ key: "a" }]),
      backend.save(scope, [write("c")]),
      backend.count(scope),
      backend.clear(scope),
      backend.save(scope, [write("d")]),
    ];
    expect((await Promise.all(calls)).slice(4, 6)).toEqual([2, 2]);
    expect((await backend.list(scope, { limit: 9 })).items.map(({ key }) => key)).toEqual(["d"]);
    await backend.close();
  });

  it("that name a key twice delete it once", async () => {
    const backend = createRedisBackend(target);
    const scope = newScope(false);
    await backend.save(scope, [write("a")]);
    expect(await backend.delete(scope, [{ key: "a" }, { key: "a" }])).toEqual([true, false]);
    await backend.close();
  });

  it("keep their order at a place that has to be named in the registry first", async () => {
    const backend = createRedisBackend(target);
    const [cleared, deleted, listed] = [newScope(false), newScope(false), newScope(true)];
    // The connection and the scripts exist, so that only the place is new.
    await Promise.all([backend.count(cleared), backend.count(deleted), backend.count(listed)]);
    const counter = { key: "n", by: 1, ttlMs: 60_000 } as const;
    const answers = await Promise.all([
      backend.save(cleared, [write("a")]),
      backend.clear(cleared),
      backend.increment(deleted, counter),
      backend.delete(deleted, [{ key: "n" }]),
      backend.increment(deleted, counter),
      backend.save(listed, [write("a")]),
      backend.list(listed, { limit: 9 }),
      backend.endWorkflow({ tenantId: "acme", workflowId: listed.workflowId as string }, {}),
      backend.count(listed),
    ]);
    expect([answers[1], answers[3], answers[8]]).toEqual([1, [true], 0]);
    expect(answers[4].value).toBe(1);
    expect(answers[6].items).toMatchObject([{ key: "a" }]);
    expect(answers[7]).toMatchObject({ entries: 1 });
    expect(await backend.count(cleared)).toBe(0);
    await backend.close();
  });

  it("keep their order where the first of them has to name its place for longer", async () => {
    const backend = createRedisBackend(target);
    const scope = newScope(false);
    await backend.increment(scope, { key: "n", by: 1, ttlMs: 60_000 });
    const answers = await Promise.all([
      backend.increment(scope, { key: "a", by: 1, ttlMs: null }),
      backend.increment(scope, { key: "a", by: 1, ttlMs: 60_000 }),
      backend.increment(scope, { key: "n", by: 1, ttlMs: 60_000 }),
    ]);
    expect(answers.map(({ value }) => value)).toEqual([1, 2, 2]);
    const [entry] = await backend.get(scope, ["a"]);
    expect(entry).not.toHaveProperty("expiresAt");
    await backend.close();
  });

  it("are answered as if alone where they ask for the same twice", async () => {
    const backend = createRedisBackend(target);
    const scope = newScope(true);
    for (let round = 0; round < 5; round++) {
      const [written] = await backend.save(scope, [write("a")]);
      const nodes = target.cluster === undefined ? [server] : cluster.masters;
      await Promise.all(nodes.map((node) => node.command("SCRIPT", "FLUSH")));
      const ifVersion = written?.version as string;
      const deleted = await Promise.all([
        backend.delete(scope, [{ key: "a", ifVersion: "another" }]),
        backend.delete(scope, [{ key: "a", ifVersion }]),
        backend.delete(scope, [{ key: "a" }]),
      ]);
      expect(deleted.flat()).toEqual([false, true, false]);
      await backend.save(scope, [write("a")]);
      expect(await Promise.all([backend.clear(scope), backend.clear(scope)])).toEqual([1, 0]);
    }
    await backend.close();
  });

  it("are not caught by a clear that takes more than one trip and was asked for before", async () => {
    const backend = createRedisBackend({ ...target, timeoutMs: 20_000 });
    const scope = newScope(false);
    const many = Array.from({ length: 6000 }, (_, i) => write(`k${i}`));
    await backend.save(scope, many);
    const [removed] = await Promise.all([
      backend.clear(scope),
      backend.save(scope, [write("after")]),
    ]);
    expect(removed).toBe(many.length);
    expect((await backend.get(scope, ["after"]))[0]?.value).toBe("value of after");
    await backend.close();
  });
});
