import { createRedisBackend, type RedisTarget } from "@mem/backend-redis";
import type { Increment, Scope } from "@mem/core";
import { startRedis, startRedisCluster, type RedisServer } from "@mem/redis-server";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { openHarness } from "./harness.ts";
import { LAUNCH, rejection, WRITER, write } from "./samples.ts";

const server = await startRedis();
const cluster = await startRedisCluster();
const backend = createRedisBackend({ url: server.url });
afterAll(async () => {
  await backend.close();
  await server.stop();
  await cluster.stop();
});

const START = { timeoutMs: 60_000, metadata: {}, join: "if-exists", opId: "start" } as const;

function add(key: string, by: number, more: Partial<Increment> = {}): Increment {
  return { key, by, ttlMs: 60_000, ...more };
}

interface Deployment {
  readonly name: string;
  readonly servers: readonly RedisServer[];
  readonly target: RedisTarget;
}

const DEPLOYMENTS: readonly Deployment[] = [
  { name: "one server", servers: [server], target: { url: server.url } },
  {
    name: "a Cluster",
    servers: cluster.masters,
    target: { cluster: cluster.masters.map(({ port }) => ({ host: "127.0.0.1", port })) },
  },
];

/** How many scripts clients have called; the commands inside scripts have other names. */
async function trips(servers: readonly RedisServer[]): Promise<number> {
  const stats = await Promise.all(servers.map((one) => one.command("INFO", "commandstats")));
  const counts = stats.join().matchAll(/cmdstat_(?:eval|evalsha):calls=(\d+)/g);
  return [...counts].reduce((total, [, calls]) => total + Number(calls), 0);
}

describe.each(DEPLOYMENTS)("increments on $name", ({ servers, target }) => {
  const scopes: readonly Scope[] = [WRITER, { ...LAUNCH, agentId: "writer" }];

  it.each(scopes)(
    "lose none of 8 writers × 25 over two clients, in one trip each (%j)",
    async (scope) => {
      const harness = openHarness(target);
      const one = harness.backend;
      const other = await harness.another!();
      const { epoch } = await one.startWorkflow(LAUNCH, START);
      const options = scope.workflowId === undefined ? {} : { session: { epoch } };
      await one.increment(scope, add("warm up", 1), options);
      await other.increment(scope, add("warm up", 1), options);
      const before = await trips(servers);
      const writer = async (_: unknown, i: number): Promise<void> => {
        const client = i % 2 === 0 ? one : other;
        for (let step = 0; step < 25; step++) await client.increment(scope, add("n", 1), options);
      };
      await Promise.all(Array.from({ length: 8 }, writer));
      expect((await trips(servers)) - before).toBeLessThanOrEqual(200);
      expect(await one.get(scope, ["n"])).toMatchObject([{ value: 200, source: "agent" }]);
      await one.close();
      await other.close();
    },
  );
});

describe("an increment", () => {
  it("adds as JavaScript does, whatever the numbers, and refuses a sum that is none", async () => {
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.maxSafeInteger(),
      fc.constantFrom(0.1, 0.2, -0, 5e-324, 2 ** 53, 1e21, Number.MAX_VALUE, -Number.MAX_VALUE),
    );
    const property = fc.asyncProperty(fc.array(number, { maxLength: 6 }), async (numbers) => {
      await backend.delete(WRITER, [{ key: "n" }]);
      let expected = 0;
      for (const by of numbers) {
        const call = backend.increment(WRITER, add("n", by));
        if (Number.isFinite(expected + by)) {
          expected = expected + by + 0;
          expect((await call).value).toBe(expected);
        } else {
          const refused = { code: "MEM_INVALID_ARGUMENT", path: "by", outcome: "not-applied" };
          expect(await rejection(call)).toMatchObject(refused);
        }
      }
      const [entry] = await backend.get(WRITER, ["n"]);
      expect(entry?.value).toBe(numbers.length === 0 ? undefined : expected);
    });
    await fc.assert(property, { numRuns: 60 });
  });

  it("adds to any number that was saved, with what surrounds it, and nothing else", async () => {
    const metadata = { note: ',1,"agent",2]', list: [] };
    const derivedFrom = ["doc:1"];
    const saved = write("n", {
      value: -1.5e-7,
      metadata,
      subject: "ada",
      derivedFrom,
      source: "document",
    });
    await backend.save(WRITER, [saved]);
    const [before] = await backend.get(WRITER, ["n"]);
    const { value, version } = await backend.increment(WRITER, add("n", 1, { ttlMs: null }));
    const [after] = await backend.get(WRITER, ["n"]);
    expect(value).toBe(-1.5e-7 + 1);
    expect(version).not.toBe(before!.version);
    expect(after).toEqual({ ...before, value, version, updatedAt: after!.updatedAt });
  });

  it.each(["5", true, null, [1], { n: 1 }, "", "\\"])(
    "refuses an entry that holds %j, and leaves it as it is",
    async (value) => {
      await backend.save(WRITER, [write("text", { value, metadata: { n: 1 } })]);
      const before = await backend.get(WRITER, ["text"]);
      expect(await rejection(backend.increment(WRITER, add("text", 1)))).toMatchObject({
        code: "MEM_INVALID_ARGUMENT",
        path: "key",
        outcome: "not-applied",
      });
      expect(await backend.get(WRITER, ["text"])).toEqual(before);
    },
  );

  it("that is repeated with its opId is answered as it was, and adds nothing", async () => {
    const once = add("op", 5, { opId: "op-1" });
    const first = await backend.increment(WRITER, once);
    expect(await backend.increment(WRITER, once)).toEqual(first);
    const second = await backend.increment(WRITER, add("op", 5, { opId: "op-2" }));
    expect(second.value).toBe(10);
  });

  it("makes an entry that lives as long as it says, is counted and listed, and is freed", async () => {
    const harness = openHarness({ url: server.url });
    const timed = harness.backend;
    await timed.increment(WRITER, add("short", 1, { ttlMs: 1000 }));
    await timed.increment(WRITER, add("for ever", 1, { ttlMs: null }));
    await timed.increment(WRITER, add("short", 1, { ttlMs: 90_000 }));
    expect(await timed.stats("acme")).toEqual({ entries: 2, workflows: 0 });
    const { items } = await timed.list(WRITER, { limit: 9 });
    expect(items.map(({ key, value }) => [key, value])).toEqual([
      ["for ever", 1],
      ["short", 2],
    ]);
    await harness.advance(1000);
    expect(await timed.count(WRITER)).toBe(1);
    expect(await timed.increment(WRITER, add("short", 1))).toMatchObject({ value: 1 });
    await timed.close();
  });
});

describe("an increment in a workflow", () => {
  it("lives by the session where it says so, and keeps the end that a session left it", async () => {
    const harness = openHarness({ url: server.url });
    const timed = harness.backend;
    const bySession = add("n", 1, { ttlMs: "session" });
    expect(await rejection(timed.increment(LAUNCH, bySession))).toMatchObject({
      code: "MEM_SESSION_ENDED",
    });
    const { epoch } = await timed.startWorkflow(LAUNCH, START);
    await timed.increment(LAUNCH, bySession, { session: { epoch } });
    await timed.endWorkflow(LAUNCH, { epoch, keepData: true });
    expect(await rejection(timed.increment(LAUNCH, bySession))).toMatchObject({
      code: "MEM_SESSION_ENDED",
    });
    expect(await timed.increment(LAUNCH, add("n", 1))).toMatchObject({ value: 2 });
    expect(await timed.count(LAUNCH)).toBe(1);
    await harness.advance(START.timeoutMs - 5000);
    expect(await timed.get(LAUNCH, ["n"])).toMatchObject([{ value: 2 }]);
    await harness.advance(5000);
    expect(await timed.get(LAUNCH, ["n"])).toEqual([undefined]);
    await timed.close();
  });

  it("counts as activity, and is refused once the session is another", async () => {
    const timed = openHarness({ url: server.url }).backend;
    const { epoch } = await timed.startWorkflow(LAUNCH, START);
    const session = { epoch, agentId: "writer", activity: "operation" } as const;
    await timed.increment(LAUNCH, add("n", 1, { opId: "a" }), { session });
    await timed.increment(LAUNCH, add("n", 1, { opId: "a" }), { session });
    const state = await timed.getWorkflow(LAUNCH);
    expect(state?.activity).toMatchObject([{ agentId: "writer", operations: 1 }]);
    await timed.endWorkflow(LAUNCH, { epoch });
    const late = rejection(timed.increment(LAUNCH, add("n", 1), { session }));
    expect(await late).toMatchObject({ code: "MEM_SESSION_ENDED" });
    expect(await timed.count(LAUNCH)).toBe(0);
    await timed.close();
  });

  it("is refused for a session outside of any", async () => {
    const call = backend.increment(WRITER, add("n", 1, { ttlMs: "session" }));
    expect(await rejection(call)).toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
      path: "increment.ttlMs",
    });
  });
});
