import { createRedisBackend } from "@mem/backend-redis";
import { startRedis } from "@mem/redis-server";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { Ledger } from "./ledger.ts";
import { rejection, until, WRITER, write } from "./samples.ts";

const TIMEOUT = 1000;
/** How much longer than its timeout a call may take on a busy machine, in milliseconds. */
const SLACK = 1000;
const server = await startRedis({ args: ["--appendonly", "yes", "--appendfsync", "always"] });
let backend = createRedisBackend({ url: server.url, timeoutMs: TIMEOUT });

beforeEach(async () => {
  await server.command("FLUSHALL");
  backend = createRedisBackend({ url: server.url, timeoutMs: TIMEOUT });
});
afterEach(() => backend.close());
afterAll(() => server.stop());

describe("a server that is killed and comes back, while it is written to", () => {
  it("has every write that was acknowledged, and none that was reported as not applied", async () => {
    const ledger = new Ledger(backend, WRITER, 8);
    for (let kills = 0; kills < 3; kills++) {
      await ledger.more(100);
      await server.kill();
      await server.restart();
      const serving = performance.now();
      expect((await ledger.firstSuccessAfter(serving)) - serving).toBeLessThan(1000);
    }
    await ledger.stop();
    expect(ledger.slowestMs).toBeLessThan(TIMEOUT + SLACK);
    expect([...ledger.codes].filter((code) => !/UNAVAILABLE|TIMEOUT/.test(code))).toEqual([]);
    expect(await ledger.differences()).toEqual([]);
  });

  it("has counted each increment once, also those whose answer was lost", async () => {
    const increment = (opId: string) =>
      backend.increment(WRITER, { key: "n", by: 1, ttlMs: null, opId });
    const untilDone = async (opId: string): Promise<void> => {
      await until(() => increment(opId).then(isDone, isNotDone), `${opId} is counted`);
    };
    const counting = (async () => {
      for (let i = 0; i < 300; i++) await untilDone(`op ${i}`);
    })();
    for (let kills = 0; kills < 2; kills++) {
      await until(async () => (await backend.get(WRITER, ["n"]).catch(() => [])).length > 0, "up");
      await server.kill();
      await server.restart();
    }
    await counting;
    expect(await backend.get(WRITER, ["n"])).toMatchObject([{ value: 300 }]);
  });
});

describe("a server that stalls while it is written to", () => {
  it.each([
    {
      fault: "is frozen and goes on (SIGSTOP, SIGCONT)",
      stall: async () => {
        server.pause();
        await pastDeadline();
        server.resume();
      },
    },
    {
      fault: "is busy (DEBUG SLEEP)",
      stall: async () => {
        await server.command("DEBUG", "SLEEP", String((TIMEOUT + 200) / 1000));
      },
    },
  ])("$fault has what was acknowledged, and nothing that was not applied", async ({ stall }) => {
    const ledger = new Ledger(backend, WRITER, 8);
    await ledger.more(50);
    await stall();
    const serving = performance.now();
    expect((await ledger.firstSuccessAfter(serving)) - serving).toBeLessThan(1000);
    await ledger.more(50);
    await ledger.stop();
    expect(ledger.slowestMs).toBeLessThan(TIMEOUT + SLACK);
    expect([...ledger.codes]).toContain("MEM_TIMEOUT");
    expect(await ledger.differences()).toEqual([]);
  });
});

describe("connections that are closed again and again (CLIENT KILL)", () => {
  it("lose nothing that was acknowledged, and give nobody another's answer", async () => {
    const ledger = new Ledger(backend, WRITER, 8);
    const readers = Promise.all(Array.from({ length: 8 }, (_, i) => readOwn(i)));
    for (let kills = 0; kills < 20; kills++) {
      await ledger.more(20);
      await server.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    }
    await ledger.stop();
    await readers;
    expect([...ledger.codes]).toEqual(["MEM_UNAVAILABLE"]);
    expect(await ledger.differences()).toEqual([]);
  });
});

describe("what waits while the server is gone", () => {
  it("is bounded in number and in time, and forgotten when it was refused", async () => {
    await using bounded = createRedisBackend({
      url: server.url,
      timeoutMs: TIMEOUT,
      maxPending: 500,
    });
    await bounded.count(WRITER);
    await server.kill();
    const calls = Array.from({ length: 20_000 }, (_, i) =>
      rejection(bounded.save(WRITER, [write(`ghost ${i}`)])),
    );
    const errors = await Promise.all(calls);
    await server.restart();
    const refused = errors.filter(({ code }) => code === "MEM_CAPACITY");
    expect(refused).toHaveLength(20_000 - 500);
    // The first calls may have been written to the connection that was just closing.
    const waited = errors.filter(({ code }) => code === "MEM_UNAVAILABLE");
    expect(waited).toHaveLength(500);
    await until(() => bounded.count(WRITER).then(isDone, isNotDone), "it serves again");
    expect(await bounded.count(WRITER)).toBe(0);
  });
});

/** Waits longer than any call may take. */
async function pastDeadline(): Promise<void> {
  const elsewhere = createRedisBackend({ url: server.url, timeoutMs: TIMEOUT + 200 });
  await rejection(elsewhere.count(WRITER));
  await elsewhere.close();
}

function isDone(): boolean {
  return true;
}

function isNotDone(): boolean {
  return false;
}

/** Reads a key that nobody else uses, again and again; whatever is found has to be its value. */
async function readOwn(reader: number): Promise<void> {
  const scope = { tenantId: "acme", agentId: `reader ${reader}` };
  const key = `key of ${reader}`;
  await until(() => backend.save(scope, [write(key)]).then(isDone, isNotDone), "it is saved");
  for (let i = 0; i < 300; i++) {
    const call = i % 2 === 0 ? backend.get(scope, [key]) : backend.get(scope, [key, "none"]);
    const found = await call.catch(() => undefined);
    if (found !== undefined) expect(found[0]?.value).toBe(`value of ${key}`);
  }
}
