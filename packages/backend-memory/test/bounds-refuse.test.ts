import { createMemoryBackend, type MemoryBackendOptions } from "@mem/backend-memory";
import {
  createManualClock,
  type JsonValue,
  type Scope,
  type ShortTermBackend,
  type ShortTermWrite,
} from "@mem/core";
import { describe, expect, it } from "vitest";

const WRITER: Scope = { tenantId: "acme", agentId: "writer" };
const EDITOR: Scope = { tenantId: "other", agentId: "editor" };
const LAUNCH = { tenantId: "acme", workflowId: "launch" };
const START = { timeoutMs: 60_000, metadata: {}, join: "if-exists", opId: "start" } as const;
const FULL = { code: "MEM_CAPACITY", outcome: "not-applied", retryable: true };

function write(key: string, more: Partial<ShortTermWrite> = {}): ShortTermWrite {
  return { key, value: key, ttlMs: null, source: "agent", ...more };
}

async function filled(
  options: MemoryBackendOptions,
  ...keys: readonly string[]
): Promise<ShortTermBackend> {
  const backend = createMemoryBackend(options);
  for (const key of keys) await backend.save(WRITER, [write(key)]);
  return backend;
}

async function values(backend: ShortTermBackend, ...keys: string[]): Promise<unknown[]> {
  return (await backend.get(WRITER, keys)).map((entry) => entry?.value);
}

function text(length: number): JsonValue {
  return { text: "x".repeat(length) };
}

async function bytesOf(backend: ShortTermBackend): Promise<number> {
  return (await backend.health()).details["bytes"] as number;
}

describe("a store that is full and refuses", () => {
  it("refuses another entry, of any tenant, and takes it when there is room again", async () => {
    await using backend = await filled({ maxEntries: 2 }, "a", "b");
    await expect(backend.save(WRITER, [write("c")])).rejects.toMatchObject(FULL);
    await expect(backend.save(EDITOR, [write("c")])).rejects.toMatchObject(FULL);
    expect(await backend.stats("other")).toEqual({ entries: 0, workflows: 0 });
    await backend.delete(WRITER, [{ key: "a" }]);
    await backend.save(EDITOR, [write("c")]);
    expect((await backend.health()).details).toEqual({
      tenants: 2,
      entries: 2,
      maxEntries: 2,
      whenFull: "refuse",
      evictions: 0,
    });
  });

  it("goes on replacing, counting up and reading what is there", async () => {
    await using backend = await filled({ maxEntries: 2 }, "a");
    await backend.increment(WRITER, { key: "n", by: 1, ttlMs: null });
    await backend.save(WRITER, [write("a", { value: "new" })]);
    await backend.increment(WRITER, { key: "n", by: 1, ttlMs: null });
    expect(await values(backend, "a", "n")).toEqual(["new", 2]);
  });

  it("refuses a batch whole", async () => {
    await using backend = await filled({ maxEntries: 3 }, "a", "b");
    const batch = [write("a", { value: "new" }), write("c"), write("d")];
    await expect(backend.save(WRITER, batch)).rejects.toMatchObject(FULL);
    expect(await values(backend, "a", "b", "c", "d")).toEqual(["a", "b", undefined, undefined]);
    await backend.save(WRITER, batch.slice(0, 2));
    expect(await values(backend, "a", "b", "c")).toEqual(["new", "b", "c"]);
  });

  it("needs no room for a write whose condition is not met, or that has happened", async () => {
    await using backend = await filled({ maxEntries: 2 }, "a");
    const [stored] = await backend.save(WRITER, [write("b", { opId: "once" })]);
    expect(
      await backend.save(WRITER, [
        write("a", { ifAbsent: true }),
        write("b", { opId: "once" }),
        write("c", { ifVersion: "none" }),
      ]),
    ).toMatchObject([{ stored: false }, stored, { stored: false }]);
    expect(await backend.save(EDITOR, [write("c", { ifVersion: "none" })])).toEqual([
      { stored: false },
    ]);
  });

  it("counts increments that make an entry, log items and sessions, one each", async () => {
    await using backend = await filled({ maxEntries: 4 }, "a");
    await backend.startWorkflow(LAUNCH, START);
    const append = (...ids: string[]): Promise<unknown> => {
      const items = ids.map((id) => ({ id, value: id }));
      return backend.append(LAUNCH, "chat", items, { maxItems: 2, ttlMs: "session" });
    };
    await append("1", "2");
    const counter = { key: "n", by: 1, ttlMs: null };
    await expect(backend.increment(WRITER, counter)).rejects.toMatchObject(FULL);
    const review = { ...LAUNCH, workflowId: "review" };
    await expect(backend.startWorkflow(review, START)).rejects.toMatchObject(FULL);
    await expect(
      backend.append(WRITER, "chat", [{ id: "1", value: 1 }], { maxItems: 2, ttlMs: null }),
    ).rejects.toMatchObject(FULL);

    // None of these needs more room.
    expect(await backend.startWorkflow(LAUNCH, { ...START, opId: "join" })).toMatchObject({
      created: false,
    });
    await append("2", "3");
    expect(await backend.read(LAUNCH, "chat", { limit: 9 })).toMatchObject([
      { id: "2" },
      { id: "3" },
    ]);
    await backend.endWorkflow(LAUNCH, {});
    expect((await backend.health()).details).toMatchObject({ entries: 1 });
  });

  it("frees what has expired before it refuses", async () => {
    const clock = createManualClock();
    await using backend = await filled({ maxEntries: 3, clock }, "stays");
    await backend.save(WRITER, [write("a", { ttlMs: 100 }), write("b", { ttlMs: 100 })]);
    clock.advance(99);
    await expect(backend.save(WRITER, [write("c")])).rejects.toMatchObject(FULL);
    // The timer would not free them for another 900 ms.
    clock.advance(1);
    await backend.save(WRITER, [write("c"), write("d")]);
    expect(await values(backend, "stays", "a", "c", "d")).toEqual(["stays", undefined, "c", "d"]);
  });

  it("is not touched by a call that it refuses: a session is not prolonged", async () => {
    const clock = createManualClock();
    await using backend = await filled({ maxEntries: 2, clock }, "a");
    const { epoch, expiresAt } = await backend.startWorkflow(LAUNCH, START);
    clock.advance(1000);
    const session = { epoch, agentId: "writer", activity: "operation" } as const;
    await expect(backend.save(LAUNCH, [write("b")], { session })).rejects.toMatchObject(FULL);
    expect(await backend.getWorkflow(LAUNCH)).toMatchObject({ expiresAt, activity: [] });
  });

  it("says first what is wrong with a call that could not be done with any room", async () => {
    const backend = await filled({ maxEntries: 1 }, "a");
    await expect(
      backend.save(LAUNCH, [write("b")], { session: { epoch: "over" } }),
    ).rejects.toMatchObject({ code: "MEM_SESSION_ENDED" });
    await expect(backend.save(LAUNCH, [write("b", { ttlMs: "session" })])).rejects.toMatchObject({
      code: "MEM_SESSION_ENDED",
    });
    await expect(
      backend.save(WRITER, [write("b")], { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: "MEM_ABORTED" });
    await backend.close();
    await expect(backend.save(WRITER, [write("b")])).rejects.toMatchObject({ code: "MEM_CLOSED" });
  });
});

describe("a bound in bytes", () => {
  it("counts values, keys, metadata and all else that an entry has", async () => {
    await using backend = createMemoryBackend({ maxBytes: 1_000_000 });
    let before = 0;
    const grown = async (more: Partial<ShortTermWrite>): Promise<number> => {
      await backend.save(WRITER, [write("k", more)]);
      const now = await bytesOf(backend);
      const growth = now - before;
      before = now;
      return growth;
    };
    await grown({ value: text(10) });
    expect(await grown({ value: text(1010) })).toBe(1000);
    expect(await grown({ value: text(10) })).toBe(-1000);
    const all = {
      value: text(10),
      metadata: { about: "x".repeat(1000) },
      subject: "x".repeat(1000),
      derivedFrom: ["x".repeat(1000)],
      opId: "x".repeat(1000),
    };
    expect(await grown(all)).toBeGreaterThan(4000);
    await backend.save(WRITER, [{ ...write("k".repeat(1000)), value: 1 }]);
    expect(await bytesOf(backend)).toBeGreaterThan(before + 1000);
  });

  it("refuses an entry that grows in its place, and leaves it as it was", async () => {
    await using backend = createMemoryBackend({ maxBytes: 4000 });
    const save = (key: string, length: number): Promise<unknown> =>
      backend.save(WRITER, [write(key, { value: text(length) })]);
    await save("a", 1000);
    await save("b", 1000);
    await expect(save("a", 2500)).rejects.toMatchObject(FULL);
    expect(await values(backend, "a")).toEqual([text(1000)]);
    await save("a", 1500);
  });

  it("says that what is larger than the bound will not fit later either", async () => {
    await using backend = createMemoryBackend({ maxBytes: 4000 });
    await expect(backend.save(WRITER, [write("a", { value: text(5000) })])).rejects.toMatchObject({
      code: "MEM_CAPACITY",
      retryable: false,
    });
  });

  it("comes back to nothing when all is gone, however it went", async () => {
    const clock = createManualClock();
    await using backend = createMemoryBackend({ maxBytes: 1_000_000, clock });
    const items = [
      { id: "1", value: text(50) },
      { id: "2", value: 2 },
    ];
    await backend.startWorkflow(LAUNCH, { ...START, metadata: { team: "content" } });
    await backend.save(LAUNCH, [write("a", { ttlMs: "session" }), write("b", { ttlMs: 5 })]);
    await backend.append(LAUNCH, "chat", items, { maxItems: 9, ttlMs: "session" });
    await backend.append(WRITER, "notes", items, { maxItems: 1, ttlMs: 1000 });
    await backend.append(WRITER, "notes", [{ id: "3", value: 3 }], { maxItems: 1, ttlMs: 1000 });
    clock.advance(1000);
    await backend.append(WRITER, "notes", items, { maxItems: 9, ttlMs: 1000 });
    await backend.save(WRITER, [write("a"), write("b", { ttlMs: 1 }), write("c"), write("d")]);
    await backend.increment(WRITER, { key: "n", by: 1, ttlMs: 9, opId: "one" });
    await backend.increment(WRITER, { key: "n", by: 1, ttlMs: 9, opId: "two, which is longer" });
    await backend.increment(WRITER, { key: "n", by: 1, ttlMs: 9 });
    await backend.delete(WRITER, [{ key: "a" }]);
    clock.advance(100);
    await backend.save(WRITER, [write("b")]);
    await backend.clear(WRITER);
    clock.advance(120_000);
    expect((await backend.health()).details).toMatchObject({ tenants: 0, bytes: 0 });
  });
});
