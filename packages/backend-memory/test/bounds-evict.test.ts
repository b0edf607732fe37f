import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { createMemoryBackend, EVICTIONS, type Eviction } from "@mem/backend-memory";
import {
  createManualClock,
  type Scope,
  type ShortTermBackend,
  type ShortTermWrite,
} from "@mem/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const WRITER: Scope = { tenantId: "acme", agentId: "writer" };
const EDITOR: Scope = { tenantId: "other", agentId: "editor" };
const LAUNCH = { tenantId: "acme", workflowId: "launch" };
const START = { timeoutMs: 60_000, metadata: {}, join: "never", opId: "start" } as const;
const FULL = { code: "MEM_CAPACITY", outcome: "not-applied" };

function write(key: string, more: Partial<ShortTermWrite> = {}): ShortTermWrite {
  return { key, value: key, ttlMs: null, source: "agent", ...more };
}

async function save(backend: ShortTermBackend, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await backend.save(WRITER, [write(key)]);
}

async function kept(backend: ShortTermBackend, scope: Scope = WRITER): Promise<string[]> {
  return (await backend.list(scope, { limit: 100 })).items.map(({ key }) => key);
}

describe("a store that is full and evicts", () => {
  const evicted: Eviction[] = [];
  const listener = (message: unknown): void => void evicted.push(message as Eviction);
  beforeEach(() => subscribe(EVICTIONS, listener));
  afterEach(() => {
    unsubscribe(EVICTIONS, listener);
    evicted.length = 0;
  });

  it("evicts what was used least recently: read, listed, written, counted up, or looked at for a condition", async () => {
    await using backend = createMemoryBackend({ maxEntries: 6, whenFull: "evict" });
    await save(backend, "read", "listed", "written", "tried", "unused");
    await backend.increment(WRITER, { key: "counted", by: 1, ttlMs: null });
    await backend.save(WRITER, [write("written")]);
    await backend.increment(WRITER, { key: "counted", by: 1, ttlMs: null });
    await backend.list(WRITER, { prefix: "listed", limit: 1 });
    await backend.save(WRITER, [write("tried", { ifAbsent: true })]);
    await backend.get(WRITER, ["read", "missing"]);
    await save(backend, "new");
    expect(evicted.map(({ key }) => key)).toEqual(["unused"]);
    await save(backend, "new 2", "new 3", "new 4", "new 5", "new 6");
    expect(evicted.map(({ key }) => key)).toEqual([
      "unused",
      "written",
      "counted",
      "listed",
      "tried",
      "read",
    ]);
  });

  it("does not take for use what told nothing of the entry", async () => {
    await using backend = createMemoryBackend({ maxEntries: 2, whenFull: "evict" });
    await save(backend, "a", "b");
    await backend.delete(WRITER, [{ key: "a", ifVersion: "none" }]);
    await backend.count(WRITER);
    await backend.list(WRITER, { filter: { op: "eq", field: "team", value: "none" }, limit: 5 });
    await save(backend, "c");
    expect(await kept(backend)).toEqual(["b", "c"]);
  });

  it("announces and counts each, wherever it was", async () => {
    await using backend = createMemoryBackend({ maxEntries: 3, whenFull: "evict" });
    await backend.startWorkflow(LAUNCH, START);
    await backend.save(LAUNCH, [write("team")]);
    await backend.save({ ...LAUNCH, agentId: "writer" }, [write("own")]);
    await backend.save(EDITOR, [write("a"), write("b")]);
    expect(evicted).toEqual([
      { backend: "memory", tenantId: "acme", workflowId: "launch", key: "team" },
      { backend: "memory", tenantId: "acme", workflowId: "launch", agentId: "writer", key: "own" },
    ]);
    expect((await backend.health()).details).toEqual({
      tenants: 2,
      entries: 3,
      maxEntries: 3,
      whenFull: "evict",
      evictions: 2,
    });
  });

  it("makes room for whole batches, and never out of what the batch replaces", async () => {
    await using backend = createMemoryBackend({ maxEntries: 4, whenFull: "evict" });
    await save(backend, "a", "b", "c", "d");
    await backend.save(WRITER, [write("x"), write("a", { value: "new" }), write("y")]);
    expect(await kept(backend)).toEqual(["a", "d", "x", "y"]);
    const tooMany = ["1", "2", "3", "4", "5"].map((key) => write(key));
    await expect(backend.save(WRITER, tooMany)).rejects.toMatchObject(FULL);
    expect(await kept(backend)).toEqual(["a", "d", "x", "y"]);
  });

  it("writes to a scope, and a tenant, whose last entry had to go for it", async () => {
    await using backend = createMemoryBackend({ maxEntries: 1, whenFull: "evict" });
    await save(backend, "a", "b");
    expect(await kept(backend)).toEqual(["b"]);
    await backend.increment(WRITER, { key: "n", by: 1, ttlMs: null });
    expect(await kept(backend)).toEqual(["n"]);
    await backend.append(WRITER, "notes", [{ id: "1", value: 1 }], { maxItems: 1, ttlMs: null });
    expect(await backend.read(WRITER, "notes", { limit: 1 })).toHaveLength(1);
    await backend.append(WRITER, "notes", [], { maxItems: 1, ttlMs: null });
    expect(await backend.stats("acme")).toEqual({ entries: 0, workflows: 0 });
  });

  it("starts a session in a tenant whose last entry had to go for it", async () => {
    await using backend = createMemoryBackend({ maxEntries: 1, whenFull: "evict" });
    await save(backend, "a");
    const { epoch } = await backend.startWorkflow(LAUNCH, START);
    expect(await backend.getWorkflow(LAUNCH)).toMatchObject({ epoch });
    expect(await backend.stats("acme")).toEqual({ entries: 0, workflows: 1 });
  });

  it("evicts neither logs nor sessions; where entries are not enough, it refuses and evicts none", async () => {
    await using backend = createMemoryBackend({ maxEntries: 4, whenFull: "evict" });
    const { epoch } = await backend.startWorkflow(LAUNCH, START);
    await backend.append(
      LAUNCH,
      "chat",
      [
        { id: "1", value: 1 },
        { id: "2", value: 2 },
      ],
      {
        maxItems: 9,
        ttlMs: "session",
      },
    );
    await save(backend, "a");
    await expect(backend.save(WRITER, [write("b"), write("c")])).rejects.toMatchObject(FULL);
    expect(await kept(backend)).toEqual(["a"]);
    await save(backend, "b");
    expect(await kept(backend)).toEqual(["b"]);
    expect(await backend.read(LAUNCH, "chat", { limit: 9 })).toHaveLength(2);
    expect(await backend.getWorkflow(LAUNCH)).toMatchObject({ epoch });
    const items = [
      { id: "3", value: 3 },
      { id: "4", value: 4 },
    ];
    const bounds = { maxItems: 9, ttlMs: null };
    await expect(backend.append(LAUNCH, "chat", items, bounds)).rejects.toMatchObject(FULL);
    expect(await kept(backend)).toEqual(["b"]);
  });

  it("refuses a value larger than the bound instead of emptying the store", async () => {
    await using backend = createMemoryBackend({ maxBytes: 5000, whenFull: "evict" });
    await save(backend, "a", "b");
    const huge = write("c", { value: "x".repeat(6000) });
    await expect(backend.save(WRITER, [huge])).rejects.toMatchObject({ ...FULL, retryable: false });
    expect(await kept(backend)).toEqual(["a", "b"]);
    expect(evicted).toEqual([]);
  });

  it("frees what has expired before it evicts, which is no eviction", async () => {
    const clock = createManualClock();
    await using backend = createMemoryBackend({ maxEntries: 3, whenFull: "evict", clock });
    await save(backend, "a");
    await backend.save(WRITER, [write("over 1", { ttlMs: 100 }), write("over 2", { ttlMs: 100 })]);
    clock.advance(100);
    await save(backend, "b", "c");
    expect(await kept(backend)).toEqual(["a", "b", "c"]);
    expect(evicted).toEqual([]);
  });

  it("survives a listener that writes to it", async () => {
    await using backend = createMemoryBackend({ maxEntries: 2, whenFull: "evict" });
    const written: Promise<unknown>[] = [];
    const note = (message: unknown): void => {
      const { key } = message as Eviction;
      if (!key.startsWith("gone:")) written.push(backend.save(EDITOR, [write(`gone:${key}`)]));
    };
    subscribe(EVICTIONS, note);
    try {
      await save(backend, "a", "b", "c");
      await Promise.all(written);
    } finally {
      unsubscribe(EVICTIONS, note);
    }
    expect((await backend.health()).details).toMatchObject({ entries: 2 });
    expect(await kept(backend)).toContain("c");
  });
});
