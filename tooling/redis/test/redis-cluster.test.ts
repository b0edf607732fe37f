import { expect, test } from "vitest";

import { startRedisCluster } from "../src/index.ts";

test("a cluster of three masters serves every slot", async () => {
  await using cluster = await startRedisCluster();
  expect(cluster.masters).toHaveLength(3);
  for (const node of cluster.masters) {
    const info = await node.command("CLUSTER", "INFO");
    expect(info).toContain("cluster_state:ok\r\n");
    expect(info).toContain("cluster_slots_assigned:16384\r\n");
    expect(await node.command("INFO", "server")).toContain(`process_id:${node.pid}\r\n`);
  }
});

test("the replica of a killed master takes its place", async () => {
  await using cluster = await startRedisCluster({
    replicas: 1,
    args: ["--cluster-node-timeout", "2000"],
  });
  const [master] = cluster.masters;
  const [replica] = cluster.replicas;
  if (master === undefined || replica === undefined) throw new Error("The cluster is too small");
  expect(await replica.command("ROLE")).toContain("slave");
  await master.kill();
  await expect
    .poll(async () => await replica.command("ROLE"), { timeout: 20_000 })
    .toContain("master");
});
