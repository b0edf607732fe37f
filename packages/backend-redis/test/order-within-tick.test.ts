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

/** What is asked for without waiting in between. */
const step = fc.oneof(
  fc.record({
    kind: fc.constant("save" as const),
    key: fc.constantFrom("a", "b", "c"),
    ttlMs: fc.constantFrom(60_000, 3_600_000, null),
  }),
  fc.record({
    kind: fc.constant("get" as const),
    key: fc.constantFrom("a", "b", "c"),
    ttlMs: fc.constant(null),
  }),
);

let scopes = 0;
function newScope(inWorkflow: boolean): Scope {
  const agentId = `agent ${scopes++}`;
  return inWorkflow
    ? { tenantId: "acme", workflowId: agentId, agentId }
    : { tenantId: "acme", agentId };
}

/** Does all of it in one tick; what the gets answered. */
async function play(
  backend: ShortTermBackend,
  scope: Scope,
  steps: readonly { kind: string; key: string; ttlMs: number | null }[],
) {
  const answers: Promise<unknown>[] = [];
  for (const [i, { kind, key, ttlMs }] of steps.entries()) {
    if (kind === "get") answers.push(backend.get(scope, [key]).then(([entry]) => entry?.value));
    else answers.push(backend.save(scope, [write(key, { value: i, ttlMs })]).then(() => "saved"));
  }
  return Promise.all(answers);
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
          const expected = steps.map(({ kind, key }, i) => {
            if (kind === "get") return values.get(key);
            values.set(key, i);
            return "saved";
          });
          const scope = newScope(inWorkflow);
          expect(await play(backend, scope, steps)).toEqual(expected);
          const last = await backend.get(scope, ["a", "b", "c"]);
          expect(last.map((entry) => entry?.value)).toEqual(
            ["a", "b", "c"].map((key) => values.get(key)),
          );
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
});
