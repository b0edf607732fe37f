import { describeShortTermBackend } from "@mem/contract";
import { startRedis } from "@mem/redis-server";
import { afterAll } from "vitest";
import { openHarness } from "./harness.ts";

const server = await startRedis();
afterAll(() => server.stop());

describeShortTermBackend({
  name: "Redis",
  open: async () => openHarness({ url: server.url }),
});
