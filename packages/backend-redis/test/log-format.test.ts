import { createRedisBackend } from "@mem/backend-redis";
import type { LogItem } from "@mem/core";
import { startRedis } from "@mem/redis-server";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { LAUNCH, rejection, WRITER } from "./samples.ts";

const server = await startRedis();
const backend = createRedisBackend({ url: server.url });
beforeEach(async () => {
  await server.command("FLUSHALL");
});
afterAll(async () => {
  await backend.close();
  await server.stop();
});

const BOUNDS = { maxItems: 1000, ttlMs: null } as const;
const KEY = "mem:{acme::writer}:l:writer:chat";

function ids(items: readonly LogItem[]): string[] {
  return items.map(({ id }) => id);
}

/** Writes a log as the first version of this library did. */
async function writeOldLog(): Promise<void> {
  const fields = ["l", "1 2 4 0"];
  for (const [i, id] of ["b", "c", "d%2F"].entries()) {
    const at = String(i + 2);
    fields.push(`m${at}`, `[1,170000000000${at},"${id}",{"n":${at}}]`, `i${id}`, at);
  }
  await server.command("HSET", KEY, ...fields);
}

describe("a log of the first format", () => {
  it("is read, found in, edited and appended to", async () => {
    await writeOldLog();
    const c = { id: "c", position: 3, at: 1_700_000_000_003, value: { n: 3 }, edits: 0 };
    expect(await backend.read(WRITER, "chat", { limit: 2, before: 4 })).toEqual([
      { id: "b", position: 2, at: 1_700_000_000_002, value: { n: 2 }, edits: 0 },
      c,
    ]);
    expect(await backend.find(WRITER, "chat", ["d/", "x", "c"])).toEqual([
      expect.objectContaining({ id: "d/", position: 4 }),
      undefined,
      c,
    ]);
    expect(await backend.edit(WRITER, "chat", { id: "c", value: "new", ifEdits: 0 })).toEqual({
      ...c,
      value: "new",
      edits: 1,
    });
    expect(await backend.edit(WRITER, "chat", { id: "b" })).toMatchObject({ id: "b", edits: 0 });
    const again = { id: "d/", value: "again" };
    const fresh = { id: "e", value: 1, at: 5, ties: ["t"] };
    expect(await backend.append(WRITER, "chat", [again, fresh], BOUNDS)).toEqual([
      { id: "d/", position: 4, at: 1_700_000_000_004, value: { n: 4 }, edits: 0 },
      { id: "e", position: 5, at: 5, value: 1, edits: 0 },
    ]);
    expect(ids(await backend.read(WRITER, "chat", { limit: 9 }))).toEqual(["c", "d/", "e"]);
  });

  it("is bounded", async () => {
    await writeOldLog();
    await backend.append(WRITER, "chat", [{ id: "e", value: 1 }], { ...BOUNDS, maxItems: 2 });
    expect(ids(await backend.read(WRITER, "chat", { limit: 9 }))).toEqual(["d/", "e"]);
  });

  it("and a newer one is refused, without a change", async () => {
    await server.command("HSET", KEY, "l", "3 2 4 0 0");
    for (const call of [
      backend.read(WRITER, "chat", { limit: 1 }),
      backend.append(WRITER, "chat", [{ id: "e", value: 1 }], BOUNDS),
      backend.edit(WRITER, "chat", { id: "e" }),
    ]) {
      expect(await rejection(call)).toMatchObject({ code: "MEM_FORMAT" });
    }
    expect(await server.command("HLEN", KEY)).toBe(1);
  });
});

describe("a log with empty positions", () => {
  it("is read to the end of the page, however many they are", async () => {
    const items = Array.from({ length: 12_000 }, (_, i) => ({ id: `m${i + 1}`, value: i }));
    const bounds = { maxItems: 30_000, ttlMs: null };
    for (let at = 0; at < items.length; at += 5000) {
      await backend.append(WRITER, "chat", items.slice(at, at + 5000), bounds);
    }
    const gone = items.slice(3, -2);
    for (let at = 0; at < gone.length; at += 5000) {
      const some = gone.slice(at, at + 5000);
      await Promise.all(some.map(({ id }) => backend.edit(WRITER, "chat", { id })));
    }
    const read = async (limit: number, before?: number): Promise<string[]> =>
      ids(await backend.read(WRITER, "chat", { limit, ...(before !== undefined && { before }) }));
    expect(await read(2)).toEqual(["m11999", "m12000"]);
    expect(await read(4)).toEqual(["m2", "m3", "m11999", "m12000"]);
    expect(await read(40)).toEqual(["m1", "m2", "m3", "m11999", "m12000"]);
    expect(await read(2, 11_000)).toEqual(["m2", "m3"]);
    await backend.append(WRITER, "chat", [{ id: "last", value: 1 }], { maxItems: 3, ttlMs: null });
    expect(await read(40)).toEqual(["m11999", "m12000", "last"]);
    // Three items, each by position and by id, and the bounds.
    expect(await server.command("HLEN", KEY)).toBe(7);
  }, 60_000);
});

describe("the names that items have in common", () => {
  const tied = [
    { id: "call", value: 1, ties: ["x", 'y"]{'] },
    { id: "other", value: 2 },
    { id: "result", value: 3, ties: ['y"]{'] },
  ];

  it("go with the items, and leave nothing", async () => {
    await backend.append(WRITER, "chat", tied, BOUNDS);
    await backend.edit(WRITER, "chat", { id: "call" });
    await backend.append(WRITER, "chat", [{ id: "a", value: 1 }], { maxItems: 2, ttlMs: null });
    expect(ids(await backend.read(WRITER, "chat", { limit: 9 }))).toEqual(["result", "a"]);
    await backend.append(WRITER, "chat", [{ id: "b", value: 1 }], { maxItems: 2, ttlMs: null });
    expect(await server.command("HLEN", KEY)).toBe(5);
  });

  it("stay when a lifetime takes the log in, and when it leaves it", async () => {
    await backend.append(LAUNCH, "chat", tied, BOUNDS);
    const start = { timeoutMs: 60_000, metadata: {}, join: "never", opId: "start" } as const;
    await backend.startWorkflow(LAUNCH, start);
    await backend.edit(LAUNCH, "chat", { id: "other" });
    await backend.endWorkflow(LAUNCH, { keepData: true });
    const more = [{ id: "a", value: 1 }];
    await backend.append(LAUNCH, "chat", more, { maxItems: 2, ttlMs: null });
    expect(ids(await backend.read(LAUNCH, "chat", { limit: 9 }))).toEqual(["a"]);
  });
});
