import { createRedisBackend } from "@mem/backend-redis";
import { startRedisCluster } from "@mem/redis-server";
import { Cluster } from "ioredis";
import { afterAll, describe, expect, it } from "vitest";
import { rejection, scopeOn, until, write } from "./samples.ts";

const TIMEOUT = 1000;
/** How much longer than its timeout a call may take on a busy machine, in milliseconds. */
const SLACK = 1000;
const cluster = await startRedisCluster({
  replicas: 1,
  // The test promotes the replica itself; until then the other primaries continue to serve.
  args: ["--cluster-require-full-coverage", "no", "--cluster-node-timeout", "15000"],
});
const nodes = cluster.masters.map(({ port }) => ({ host: "127.0.0.1", port }));
const backend = createRedisBackend({ cluster: nodes, timeoutMs: TIMEOUT });

afterAll(async () => {
  await backend.close();
  await cluster.stop();
});

describe("a client that reads from replicas", () => {
  it("still sees what has been acknowledged, also where the replica has not got it", async () => {
    const scope = await scopeOn(cluster, 0);
    await backend.save(scope, [write("plan", { value: "before" })]);
    const [primary, replica] = [cluster.masters[0]!, cluster.replicas[0]!];
    // Clients are told of a replica once it is known to have received something.
    await until(
      async () => String(await primary.command("CLUSTER", "SLOTS")).includes(String(replica.port)),
      "clients are told of the replica",
    );
    const client = new Cluster(nodes.slice(0, 1), { scaleReads: "slave" });
    const reader = createRedisBackend({ client, timeoutMs: TIMEOUT });
    expect(await reader.get(scope, ["plan"])).toMatchObject([{ value: "before" }]);
    replica.pause();
    await reader.save(scope, [write("plan", { value: "after" })]);
    expect(await reader.get(scope, ["plan"])).toMatchObject([{ value: "after" }]);
    replica.resume();
    await reader.delete(scope, [{ key: "plan" }]);
    await reader.close();
    client.disconnect();
  });
});

describe("when a primary of a Cluster dies", () => {
  it("its calls end in time and truthfully, others go on, and all go on after the promotion", async () => {
    const [there, gone] = [await scopeOn(cluster, 0), await scopeOn(cluster, 2)];
    const [primary, replica] = [cluster.masters[2]!, cluster.replicas[2]!];
    await backend.save(there, [write("before")]);
    await backend.save(gone, [write("before")]);
    await until(
      async () => ((await replica.command("KEYS", "*:e:before")) as string[]).length > 0,
      "the replica has the entry",
    );

    primary.pause();
    const begin = performance.now();
    const inFlight = rejection(backend.save(gone, [write("in flight")]));
    expect(await inFlight).toMatchObject({ code: "MEM_TIMEOUT", outcome: "unknown" });
    expect(performance.now() - begin).toBeLessThan(TIMEOUT + SLACK);

    await primary.kill();
    // This call may still be written to the connection that is just closing.
    await rejection(backend.save(gone, [write("too late")]));
    const unsent = rejection(backend.save(gone, [write("unsent")]));
    expect(await backend.save(there, [write("meanwhile")])).toMatchObject([{ stored: true }]);
    expect(await unsent).toMatchObject({ code: "MEM_UNAVAILABLE", outcome: "not-applied" });

    await replica.command("CLUSTER", "FAILOVER", "TAKEOVER");
    const promoted = performance.now();
    await until(
      async () =>
        (await backend.get(gone, ["before"]).catch(() => []))[0]?.value === "value of before",
      "the new primary is found",
    );
    expect(performance.now() - promoted).toBeLessThan(3000);
    expect(await backend.save(gone, [write("after")])).toMatchObject([{ stored: true }]);
    const { items } = await backend.list(gone, { limit: 10 });
    expect(items.map(({ key }) => key)).toEqual(["after", "before"]);
  }, 20_000);
});
