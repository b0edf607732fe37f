import type { LogBounds } from "@mem/core";
import { startRedis } from "@mem/redis-server";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { openHarness } from "./harness.ts";
import { LAUNCH, rejection } from "./samples.ts";

const server = await startRedis();
let memory = openHarness({ url: server.url });

beforeEach(async () => {
  await memory.backend.close();
  memory = openHarness({ url: server.url });
});
afterAll(async () => {
  await memory.backend.close();
  await server.stop();
});

const TIMEOUT = 10_000;
/** More than the real time that a test takes, which passes as well. */
const LEEWAY = 900;
type Ttl = LogBounds["ttlMs"];

async function append(id: string, ttlMs: Ttl): Promise<void> {
  await memory.backend.append(LAUNCH, "chat", [{ id, value: id }], { maxItems: 9, ttlMs });
}

async function length(): Promise<number> {
  return (await memory.backend.read(LAUNCH, "chat", { limit: 10 })).length;
}

async function start(): Promise<string> {
  const options = { timeoutMs: TIMEOUT, metadata: {}, join: "never", opId: "start" } as const;
  return (await memory.backend.startWorkflow(LAUNCH, options)).epoch;
}

describe("an append never shortens the life of a log", () => {
  it.each([
    { first: 60_000, second: 1000 },
    { first: null, second: 1000 },
    { first: null, second: 60_000 },
  ])("that lives for $first, by one for $second", async ({ first, second }) => {
    await append("a", first);
    await append("b", second);
    await memory.advance(60_000 - LEEWAY);
    expect(await length()).toBe(2);
  });

  it("but lengthens it, by what the append asks for", async () => {
    await append("a", 1000);
    await append("b", 5000);
    await memory.advance(5000 - LEEWAY);
    expect(await length()).toBe(2);
    await memory.advance(LEEWAY);
    expect(await length()).toBe(0);
  });

  it.each<{ first: Ttl; second: Ttl }>([
    { first: "session", second: 1000 },
    { first: 1000, second: "session" },
    { first: "session", second: null },
    { first: null, second: 1000 },
  ])("in a live workflow: $first, then $second", async ({ first, second }) => {
    const epoch = await start();
    await append("a", first);
    await append("b", second);
    for (let slid = 0; slid < 4; slid++) {
      await memory.advance(TIMEOUT - LEEWAY);
      await memory.backend.getWorkflow(LAUNCH, { session: { epoch } });
    }
    expect(await length()).toBe(2);
    await memory.advance(TIMEOUT);
    expect(await length()).toBe(0);
  });

  it.each<{ first: Ttl; second: Ttl }>([
    { first: "session", second: 60_000 },
    { first: 60_000, second: "session" },
  ])("whose workflow ends with its data kept: $first, then $second", async ({ first, second }) => {
    await start();
    await append("a", first);
    await append("b", second);
    await memory.backend.endWorkflow(LAUNCH, { keepData: true });
    await memory.advance(60_000 - LEEWAY);
    expect(await length()).toBe(2);
    await memory.advance(LEEWAY);
    expect(await length()).toBe(0);
  });

  it("that an ended workflow has left", async () => {
    await start();
    await append("a", "session");
    await memory.backend.endWorkflow(LAUNCH, { keepData: true });
    await append("b", 1000);
    expect((await rejection(append("c", "session"))).code).toBe("MEM_SESSION_ENDED");
    await memory.advance(TIMEOUT - LEEWAY);
    expect(await length()).toBe(2);
    await memory.advance(LEEWAY);
    expect(await length()).toBe(0);
  });
});
