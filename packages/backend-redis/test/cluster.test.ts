import { describeShortTermBackend } from "@mem/contract";
import { startRedisCluster } from "@mem/redis-server";
import { afterAll } from "vitest";
import { openHarness } from "./harness.ts";

const cluster = await startRedisCluster();
afterAll(() => cluster.stop());

describeShortTermBackend({
  name: "Redis Cluster",
  open: async () =>
    openHarness({ cluster: cluster.masters.map(({ port }) => ({ host: "127.0.0.1", port })) }),
});
