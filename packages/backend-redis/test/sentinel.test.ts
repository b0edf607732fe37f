import { createRedisBackend } from "@mem/backend-redis";
import { startRedisSentinels } from "@mem/redis-server";
import { afterAll, expect, it } from "vitest";
import { inStep, Ledger } from "./ledger.ts";
import { until, WRITER } from "./samples.ts";

const TIMEOUT = 1000;
/** How much longer than its timeout a call may take on a busy machine, in milliseconds. */
const SLACK = 1000;
const group = await startRedisSentinels();
const { primary, replica } = group;
const backend = createRedisBackend({
  redis: {
    sentinels: group.sentinels.map(({ port }) => ({ host: "127.0.0.1", port })),
    name: group.name,
  },
  timeoutMs: TIMEOUT,
});

afterAll(async () => {
  await backend.close();
  await group.stop();
});

/** Whether any Sentinel names the replica as the primary; before that, no client can know. */
async function isAnnounced(): Promise<boolean> {
  const address = ["127.0.0.1", String(replica.port)].join();
  const answers = group.sentinels.map(async (sentinel) =>
    String(await sentinel.command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", group.name)),
  );
  return (await Promise.all(answers)).includes(address);
}

it("when Sentinel promotes the replica of a primary that died, writes go on within three seconds", async () => {
  const ledger = new Ledger(backend, WRITER);
  await ledger.more(200);
  const kept = await inStep(primary, replica);
  await primary.kill();
  const died = performance.now();
  await until(isAnnounced, "the replica is promoted");
  const promoted = performance.now();
  const recovered = await ledger.firstSuccessAfter(died);
  await ledger.more(50);
  await ledger.stop();

  expect(recovered - promoted).toBeLessThan(3000);
  expect(ledger.slowestMs).toBeLessThan(TIMEOUT + SLACK);
  expect([...ledger.codes].filter((code) => !/UNAVAILABLE|TIMEOUT/.test(code))).toEqual([]);
  expect(ledger.notApplied.size).toBeGreaterThan(0);
  // Writes that had not reached the replica are lost, as always with Redis.
  expect(await ledger.differences((when) => when > kept && when <= died)).toEqual([]);
}, 40_000);
