import { createRedisBackend } from "@mem/backend-redis";
import { compareCodePoints, where, type ListRequest, type Scope } from "@mem/core";
import { startRedis } from "@mem/redis-server";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { LAUNCH, rejection, WRITER, write } from "./samples.ts";

const server = await startRedis();
const backend = createRedisBackend({ url: server.url });

beforeEach(async () => {
  await server.command("FLUSHALL");
});
afterAll(async () => {
  await backend.close();
  await server.stop();
});

/** The keys of each page, following the cursors. */
async function pages(scope: Scope, request: ListRequest): Promise<string[][]> {
  const all: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await backend.list(scope, { ...request, ...(cursor !== undefined && { cursor }) });
    all.push(page.items.map(({ key }) => key));
    ({ cursor } = page);
  } while (cursor !== undefined);
  return all;
}

describe("listing", () => {
  it("merges what an ended session has left with what was stored since, page by page", async () => {
    const { epoch } = await backend.startWorkflow(LAUNCH, {
      timeoutMs: 60_000,
      metadata: {},
      join: "never",
      opId: "start",
    });
    const kept = Array.from({ length: 30 }, (_, i) => `k${i * 2}`);
    const since = Array.from({ length: 9 }, (_, i) => `k${i * 5 + 1}`);
    await backend.save(
      LAUNCH,
      kept.map((key) => write(key, { ttlMs: "session" })),
    );
    await backend.endWorkflow(LAUNCH, { epoch, keepData: true });
    await backend.save(
      LAUNCH,
      since.map((key) => write(key)),
    );
    const expected = [...new Set([...kept, ...since])].toSorted(compareCodePoints);
    for (const limit of [1, 2, 7, 1000]) {
      expect((await pages(LAUNCH, { limit })).flat()).toEqual(expected);
    }
    expect(await backend.count(LAUNCH)).toBe(expected.length);
  });

  it("ends a page early where entries are large, and leaves none out", async () => {
    const value = "x".repeat(1_000_000);
    const keys = Array.from({ length: 12 }, (_, i) => `k${String(i).padStart(2, "0")}`);
    for (const key of keys) await backend.save(WRITER, [write(key, { value })]);
    const listed = await pages(WRITER, { limit: 100 });
    expect(listed.flat()).toEqual(keys);
    expect(listed.every((page) => page.length <= 6)).toBe(true);
  });

  it("looks through at most a thousand entries in a trip, also for a rare match", async () => {
    const keys = Array.from({ length: 2500 }, (_, i) => `k${i}`);
    await backend.save(
      WRITER,
      keys.map((key) => write(key, { metadata: { isRare: key === "k2000" } })),
    );
    const filter = where.eq("isRare", true);
    const listed = await pages(WRITER, { limit: 1000, filter });
    expect(listed.flat()).toEqual(["k2000"]);
    expect(listed.length).toBeLessThanOrEqual(3);
  });

  it("does not take the cursor of another listing", async () => {
    await backend.startWorkflow(LAUNCH, {
      timeoutMs: 60_000,
      metadata: {},
      join: "never",
      opId: "a",
    });
    const other = { tenantId: "acme", workflowId: "other" };
    await backend.startWorkflow(other, {
      timeoutMs: 60_000,
      metadata: {},
      join: "never",
      opId: "b",
    });
    const { cursor = "" } = await backend.listWorkflows("acme", { limit: 1 });
    expect(await rejection(backend.list(WRITER, { limit: 1, cursor }))).toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
      path: "cursor",
    });
  });
});
