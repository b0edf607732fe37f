import { createRedisBackend } from "@mem/backend-redis";
import type { ShortTermBackend } from "@mem/core";
import { startRedis } from "@mem/redis-server";
import { Redis } from "ioredis";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { LAUNCH, rejection, WRITER, write } from "./samples.ts";
import { startTcpProxy } from "./tcp-proxy.ts";

const server = await startRedis();
const proxy = await startTcpProxy(server.port);
const backend = createRedisBackend({ url: proxy.url });

afterAll(async () => {
  await backend.close();
  await proxy[Symbol.asyncDispose]();
  await server.stop();
});

beforeEach(async () => {
  await server.command("FLUSHALL");
  // So that the next command is the one under test, not one that reads the server's time.
  await backend.save({ tenantId: "warm", agentId: "up" }, [write("a")]);
});

/** Makes a call whose answer is lost after the server has executed it. */
async function loseReply(call: () => Promise<unknown>): Promise<void> {
  proxy.loseNextReply();
  expect(await rejection(call())).toMatchObject({
    code: "MEM_UNAVAILABLE",
    outcome: "unknown",
    retryable: true,
  });
}

const START = { timeoutMs: 60_000, metadata: {}, join: "never", opId: "start-1" } as const;

describe("when the answer is lost", () => {
  it("a save has happened once, and is answered the same when it is repeated", async () => {
    const save = () => backend.save(WRITER, [write("plan", { opId: "op-1", ifAbsent: true })]);
    await loseReply(save);
    const [entry] = await backend.get(WRITER, ["plan"]);
    expect(entry?.value).toBe("value of plan");
    expect(await save()).toEqual([{ stored: true, version: entry?.version }]);
    expect(await backend.get(WRITER, ["plan"])).toEqual([entry]);
  });

  it("an append has happened once, and its repetition appends nothing", async () => {
    const append = () =>
      backend.append(WRITER, "chat", [{ id: "m1", value: 1 }], { maxItems: 10, ttlMs: null });
    await loseReply(append);
    expect((await append()).map(({ position }) => position)).toEqual([1]);
    expect(await backend.read(WRITER, "chat", { limit: 10 })).toHaveLength(1);
  });

  it("a start has made the lifetime that its repetition returns", async () => {
    await loseReply(() => backend.startWorkflow(LAUNCH, START));
    expect(await backend.startWorkflow(LAUNCH, START)).toMatchObject({ created: true });
  });

  it("a claim has been made once, and its repetition is answered with it", async () => {
    const { epoch } = await backend.startWorkflow(LAUNCH, START);
    const session = { epoch, agentId: "writer", activity: "operation" } as const;
    const request = { step: "draft", ttlMs: 60_000, agentId: "writer", opId: "claim-1" };
    const claim = () => backend.claim(LAUNCH, request, { session });
    await loseReply(claim);
    const state = await backend.getWorkflow(LAUNCH);
    expect(state?.claims).toMatchObject([{ step: "draft", token: 1, agentId: "writer" }]);
    expect(await claim()).toEqual(state?.claims[0]);
    const another = { ...request, opId: "claim-2" };
    expect(await backend.claim(LAUNCH, another, { session })).toBeUndefined();
    expect((await backend.getWorkflow(LAUNCH))?.activity).toMatchObject([{ operations: 2 }]);
  });

  it("an edit has been made once, and its repetition sees that", async () => {
    const bounds = { maxItems: 10, ttlMs: null };
    await backend.append(WRITER, "chat", [{ id: "m1", value: 1 }], bounds);
    const edit = () => backend.edit(WRITER, "chat", { id: "m1", value: 2, ifEdits: 0 });
    await loseReply(edit);
    expect(await rejection(edit())).toMatchObject({ code: "MEM_CONFLICT" });
    expect(await backend.find(WRITER, "chat", ["m1"])).toMatchObject([{ value: 2, edits: 1 }]);
  });

  it("40 increments that each lose an answer end at 40", async () => {
    await backend.save(WRITER, [write("counter", { value: 0 })]);
    for (let i = 0; i < 40; i++) await incrementLosingReply(backend, `op-${i}`);
    const [counter] = await backend.get(WRITER, ["counter"]);
    expect(counter?.value).toBe(40);
  }, 20_000);

  it("a client that repeats commands on its own does not repeat ours", async () => {
    const client = new Redis(proxy.url, { retryStrategy: () => 10 });
    client.on("error", () => undefined);
    const borrowing = createRedisBackend({ client });
    const { epoch } = await borrowing.startWorkflow(LAUNCH, START);
    const session = { epoch, agentId: "writer", activity: "message" } as const;
    await loseReply(() => borrowing.getWorkflow(LAUNCH, { session }));
    const state = await borrowing.getWorkflow(LAUNCH);
    expect(state?.activity).toMatchObject([{ agentId: "writer", messages: 1 }]);
    await borrowing.close();
    client.disconnect();
  });
});

async function incrementLosingReply(store: ShortTermBackend, opId: string): Promise<void> {
  const [counter] = await store.get(WRITER, ["counter"]);
  const next = write("counter", {
    value: (counter?.value as number) + 1,
    ifVersion: counter?.version ?? "",
    opId,
  });
  await loseReply(() => store.save(WRITER, [next]));
  const [result] = await store.save(WRITER, [next]);
  expect(result?.stored).toBe(true);
}
