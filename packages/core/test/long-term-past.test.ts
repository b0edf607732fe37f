import { describe, expect, it } from "vitest";
import {
  MemoryManager,
  type LongTermStore,
  type Revision,
  type ShortTermBackend,
} from "../src/index.ts";

const REVISIONS: readonly Revision[] = ["3", "2", "1"].map((version) => ({
  version,
  at: Number(version),
}));

interface Asked {
  readonly method: string;
  readonly args: readonly unknown[];
}

/** A memory on a long-term store with fixed answers that remembers what it was asked. */
function open(history = true): { memory: MemoryManager; asked: Asked[] } {
  const asked: Asked[] = [];
  const answers: Record<string, (...args: never[]) => unknown> = {
    save: () => [],
    search: () => [],
    get: () => [undefined],
    history: (_: never, __: never, request: { limit: number; cursor?: string }) => {
      const from = Number(request.cursor ?? 0);
      const items = REVISIONS.slice(from, from + request.limit);
      const next = from + items.length;
      return { items, ...(next < REVISIONS.length && { cursor: String(next) }) };
    },
    erase: () => ({ id: "receipt", at: 0, dryRun: false, entries: [], revisions: 0 }),
    verify: () => ({ entries: 3, problems: [] }),
    stats: () => ({
      entries: 1,
      pendingVectors: 0,
      cache: { hits: 3, misses: 1, entries: 1, bytes: 9 },
    }),
  };
  const methods = Object.entries(answers).map(([method, answer]) => [
    method,
    async (...args: never[]) => {
      asked.push({ method, args });
      return answer(...args);
    },
  ]);
  const longTerm = { capabilities: { history }, ...Object.fromEntries(methods) } as LongTermStore;
  return { memory: new MemoryManager({ shortTerm, longTerm, tenantId: "acme" }), asked };
}

const shortTerm = {
  ...Object.fromEntries(
    ["save", "get", "append", "increment", "startWorkflow"].map((name) => [name, () => undefined]),
  ),
  stats: async () => ({ entries: 0, workflows: 0 }),
} as unknown as ShortTermBackend;

describe("the history of an entry", () => {
  it("is walked, or fetched page by page", async () => {
    const { memory, asked } = open();
    expect(await Array.fromAsync(memory.history("ann", "plan", { pageSize: 2 }))).toEqual(
      REVISIONS,
    );
    expect(await Array.fromAsync(memory.forAgent("ann").history("plan", { limit: 1 }))).toEqual(
      REVISIONS.slice(0, 1),
    );
    const page = await memory.history("ann", "plan", { pageSize: 2 }).page({ cursor: "2" });
    expect(page).toEqual({ items: REVISIONS.slice(2) });
    expect(asked.map(({ args }) => args.slice(0, 3))).toEqual([
      [{ tenantId: "acme", agentId: "ann" }, "plan", { limit: 2 }],
      [{ tenantId: "acme", agentId: "ann" }, "plan", { limit: 2, cursor: "2" }],
      [{ tenantId: "acme", agentId: "ann" }, "plan", { limit: 1 }],
      [{ tenantId: "acme", agentId: "ann" }, "plan", { limit: 2, cursor: "2" }],
    ]);
  });

  it("is refused where there is none", async () => {
    const { memory, asked } = open(false);
    await expect(memory.history("ann", "plan").page()).rejects.toMatchObject({
      code: "MEM_UNSUPPORTED",
    });
    expect(asked).toEqual([]);
  });

  it.each<[string, object]>([
    ["MEM_INVALID_ARGUMENT", { pageSize: 0 }],
    ["MEM_INVALID_ARGUMENT", { limit: -1 }],
    ["MEM_ABORTED", { signal: AbortSignal.abort() }],
  ])(
    "is refused with %s where the options are wrong or the signal has fired",
    async (code, options) => {
      const { memory, asked } = open();
      await expect(Array.fromAsync(memory.history("ann", "plan", options))).rejects.toMatchObject({
        code,
      });
      await expect(memory.history("ann", "").page()).rejects.toMatchObject({ path: "key" });
      expect(asked).toEqual([]);
    },
  );
});

describe("an entry as of a time", () => {
  it("is asked for with that time", async () => {
    const { memory, asked } = open();
    await memory.retrieveEntry("ann", "plan", { memoryType: "long_term", asOf: 7 });
    await memory.retrieve("ann", "plan", { memoryType: "long_term", asOf: 7 });
    expect(asked.map(({ args }) => args[2])).toEqual([{ asOf: 7 }, { asOf: 7 }]);
  });

  it.each([Number.NaN, Infinity, "2026", new Date()])(
    "is refused where that is none: %s",
    async (asOf) => {
      const { memory, asked } = open();
      const call = memory.retrieveEntry("ann", "plan", {
        memoryType: "long_term",
        asOf: asOf as number,
      });
      await expect(call).rejects.toMatchObject({
        code: "MEM_INVALID_ARGUMENT",
        path: "options.asOf",
      });
      expect(asked).toEqual([]);
    },
  );

  it("is refused where there is no history", async () => {
    for (const memoryType of ["short_term", "long_term"] as const) {
      const call = open(false).memory.retrieveEntry("ann", "plan", { memoryType, asOf: 7 });
      await expect(call).rejects.toMatchObject({ code: "MEM_UNSUPPORTED", path: "options.asOf" });
    }
  });
});

describe("erasing", () => {
  it("stays within the tenant, and within what is named", async () => {
    const { memory, asked } = open();
    expect(await memory.erase({ subject: "person:1" })).toMatchObject({ id: "receipt" });
    await memory.erase({ subject: "person:1", agentId: "ann" }, { dryRun: true });
    await memory.erase({ agentId: "ann", key: "plan" });
    await memory.forTenant("other").erase({ agentId: "ann", workflowId: "w1", key: "plan" });
    await memory.erase({ workflowId: "w1", key: "plan" });
    expect(asked.map(({ args }) => args)).toEqual([
      [{ tenantId: "acme", subject: "person:1" }, { dryRun: false }],
      [{ tenantId: "acme", agentId: "ann", subject: "person:1" }, { dryRun: true }],
      [{ scope: { tenantId: "acme", agentId: "ann" }, key: "plan" }, { dryRun: false }],
      [
        { scope: { tenantId: "other", workflowId: "w1", agentId: "ann" }, key: "plan" },
        { dryRun: false },
      ],
      [{ scope: { tenantId: "acme", workflowId: "w1" }, key: "plan" }, { dryRun: false }],
    ]);
  });

  it.each<[unknown, string, object?]>([
    [undefined, "what"],
    [{}, "what"],
    [{ key: "plan" }, "what"],
    [{ subject: undefined }, "what.subject"],
    [{ subject: "" }, "what.subject"],
    [{ subject: "person:1", agentId: undefined }, "what.agentId"],
    [{ subject: "person:1", workflowId: "w1" }, "what.workflowId"],
    [{ subject: "person:1", key: "plan" }, "what.key"],
    [{ agentId: "ann" }, "key"],
    [{ agentId: "ann", workflowId: undefined, key: "plan" }, "what.workflowId"],
    [{ agentId: "ann", key: "plan", tenantId: "other" }, "what.tenantId"],
    [{ subject: "person:1" }, "options.dryRun", { dryRun: "yes" }],
  ])("takes no more than was meant: %j is refused", async (what, path, options) => {
    const { memory, asked } = open();
    await expect(memory.erase(what as never, options)).rejects.toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
      path,
    });
    expect(asked).toEqual([]);
  });

  it("does nothing when the signal has fired, or the memory is closed", async () => {
    const { memory, asked } = open();
    const signal = AbortSignal.abort();
    await expect(memory.erase({ subject: "person:1" }, { signal })).rejects.toMatchObject({
      code: "MEM_ABORTED",
    });
    await expect(memory.verify({ signal })).rejects.toMatchObject({ code: "MEM_ABORTED" });
    await memory.close().catch(() => undefined);
    await expect(memory.erase({ subject: "person:1" })).rejects.toMatchObject({
      code: "MEM_CLOSED",
    });
    await expect(memory.verify()).rejects.toMatchObject({ code: "MEM_CLOSED" });
    expect(asked).toEqual([]);
  });
});

describe("a manager", () => {
  it("verifies all of long-term memory, which a tenant can't", async () => {
    const { memory } = open();
    expect(await memory.verify()).toEqual({ entries: 3, problems: [] });
    expect(memory.forTenant("other")).not.toHaveProperty("verify");
  });

  it("tells how the cache of its store does", async () => {
    expect(await open().memory.getStats()).toMatchObject({
      longTermEntries: 1,
      longTermCache: { hits: 3, misses: 1, entries: 1, bytes: 9 },
    });
  });
});
