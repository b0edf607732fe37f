import { expect, test } from "vitest";

import { startRedisSentinels } from "../src/index.ts";

test("the Sentinels make the replica of a killed primary the new one, and say so", async () => {
  await using group = await startRedisSentinels();
  const { name, primary, replica, sentinels } = group;
  const whereIs = async (): Promise<unknown[]> =>
    await Promise.all(
      sentinels.map(async (one) => await one.command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", name)),
    );
  const at = (port: number): unknown[] => sentinels.map(() => ["127.0.0.1", String(port)]);
  expect(await whereIs()).toEqual(at(primary.port));
  expect(await replica.command("ROLE")).toContain("slave");
  await primary.kill();
  await expect
    .poll(async () => await replica.command("ROLE"), { timeout: 20_000 })
    .toContain("master");
  await expect.poll(whereIs, { timeout: 20_000 }).toEqual(at(replica.port));
});
