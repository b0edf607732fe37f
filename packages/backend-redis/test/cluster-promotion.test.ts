import { createRedisBackend } from "@mem/backend-redis";
import { startRedisCluster } from "@mem/redis-server";
import { afterAll, expect, it } from "vitest";
import { inStep, Ledger } from "./ledger.ts";
import { scopeOn, until } from "./samples.ts";

const TIMEOUT = 1000;
/** How much longer than its timeout a call may take on a busy machine, in milliseconds. */
const SLACK = 1000;
const cluster = await startRedisCluster({
  replicas: 1,
  args: ["--cluster-require-full-coverage", "no", "--cluster-node-timeout", "2000"],
});
const backend = createRedisBackend({
  cluster: cluster.masters.map(({ port }) => ({ host: "127.0.0.1", port })),
  timeoutMs: TIMEOUT,
});

afterAll(async () => {
  await backend.close();
  await cluster.stop();
});

it("when a Cluster promotes the replica of a primary that died, writes go on within three seconds", async () => {
  const [primary, replica] = [cluster.masters[1]!, cluster.replicas[1]!];
  const there = new Ledger(backend, await scopeOn(cluster, 0), 2);
  const gone = new Ledger(backend, await scopeOn(cluster, 1), 2);
  await Promise.all([there.more(100), gone.more(100)]);
  const kept = await inStep(primary, replica);
  await primary.kill();
  const died = performance.now();
  // The other primaries continue to serve.
  await there.more(100);
  await until(
    async () => String(await replica.command("ROLE")).startsWith("master"),
    "the replica is promoted",
  );
  const promoted = performance.now();
  const recovered = await gone.firstSuccessAfter(died);
  await gone.more(50);
  await Promise.all([there.stop(), gone.stop()]);

  expect(recovered - promoted).toBeLessThan(3000);
  expect([...there.codes]).toEqual([]);
  expect(Math.max(there.slowestMs, gone.slowestMs)).toBeLessThan(TIMEOUT + SLACK);
  expect([...gone.codes].filter((code) => !/UNAVAILABLE|TIMEOUT/.test(code))).toEqual([]);
  expect(gone.notApplied.size).toBeGreaterThan(0);
  expect(await there.differences()).toEqual([]);
  // Writes that had not reached the replica are lost, as always with Redis.
  expect(await gone.differences((when) => when > kept && when <= died)).toEqual([]);
}, 40_000);
