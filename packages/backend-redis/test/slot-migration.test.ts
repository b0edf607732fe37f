import { createRedisBackend } from "@mem/backend-redis";
import { startRedisCluster, type RedisServer } from "@mem/redis-server";
import { afterAll, describe, expect, it } from "vitest";
import { rejection, scopeOn, write } from "./samples.ts";

const cluster = await startRedisCluster();
const [source, target] = [cluster.masters[0]!, cluster.masters[1]!];
const nodes = cluster.masters.map(({ port }) => ({ host: "127.0.0.1", port }));
const scope = await scopeOn(cluster, 0);
const base = `mem:{acme::${encodeURIComponent(scope.agentId as string)}}:`;
const slot = String(await source.command("CLUSTER", "KEYSLOT", base));
afterAll(() => cluster.stop());

const KEYS = Array.from({ length: 10 }, (_, i) => `key ${i}`);

async function idOf(node: RedisServer): Promise<string> {
  return String(await node.command("CLUSTER", "MYID"));
}

/** Moves these keys to the other node, as an operator's tools do. */
async function move(keys: readonly string[]): Promise<void> {
  const to = ["127.0.0.1", String(target.port), "", "0", "5000", "KEYS"];
  await source.command("MIGRATE", ...to, ...keys);
}

describe("while a slot is moved to another node of a Cluster, one key after the other", () => {
  it("no call sees half of it: it waits for the end, and is refused at its deadline", async () => {
    await using hasty = createRedisBackend({ cluster: nodes, timeoutMs: 1000 });
    await using patient = createRedisBackend({ cluster: nodes, timeoutMs: 20_000 });
    await hasty.save(
      scope,
      KEYS.map((key) => write(key)),
    );
    await patient.count(scope);

    await target.command("CLUSTER", "SETSLOT", slot, "IMPORTING", await idOf(source));
    await source.command("CLUSTER", "SETSLOT", slot, "MIGRATING", await idOf(target));
    await move(KEYS.slice(0, 5).map((key) => `${base}e:${key}`));

    const [moved, still] = [KEYS[0]!, KEYS[9]!];
    for (const key of [moved, still]) {
      expect(await hasty.get(scope, [key])).toMatchObject([{ value: `value of ${key}` }]);
    }
    for (const call of [
      () => hasty.get(scope, KEYS),
      () => hasty.count(scope),
      () => hasty.save(scope, [write(moved, { value: "new" })]),
      () => hasty.delete(scope, [{ key: still }]),
      () => hasty.increment(scope, { key: "n", by: 1, ttlMs: null }),
    ]) {
      // The latter if the deadline comes while the server is being asked again.
      const { code, outcome } = await rejection(call());
      expect(["MEM_UNAVAILABLE, not-applied", "MEM_TIMEOUT, unknown"]).toContain(
        `${code}, ${outcome}`,
      );
    }

    const waiting = [
      patient.save(scope, [write(still, { value: "new" })]),
      patient.increment(scope, { key: "n", by: 1, ttlMs: null }),
    ];
    await move((await source.command("CLUSTER", "GETKEYSINSLOT", slot, "100")) as string[]);
    for (const node of [target, source, cluster.masters[2]!]) {
      await node.command("CLUSTER", "SETSLOT", slot, "NODE", await idOf(target));
    }
    expect(await Promise.all(waiting)).toMatchObject([[{ stored: true }], { value: 1 }]);
    const found = await hasty.get(scope, KEYS);
    expect(found.map((entry) => entry?.value)).toEqual([
      ...KEYS.slice(0, 9).map((key) => `value of ${key}`),
      "new",
    ]);
    expect(await hasty.count(scope)).toBe(11);
  });
});

describe("a node of a Cluster that is taken for a server of its own", () => {
  it("is refused with what to do, whether the slot lies there (MOVED) or the keys in two (CROSSSLOT)", async () => {
    const elsewhere = await scopeOn(cluster, 2);
    await using backend = createRedisBackend({ url: source.url });
    for (const call of [
      () => backend.get(elsewhere, ["a"]),
      () => backend.save(elsewhere, [write("a")]),
      () => backend.stats("acme"),
    ]) {
      const error = await rejection(call());
      expect(error).toMatchObject({
        code: "MEM_UNAVAILABLE",
        outcome: "not-applied",
        retryable: false,
      });
      expect(error.message).toContain("give its nodes as `cluster`");
    }
  });
});
