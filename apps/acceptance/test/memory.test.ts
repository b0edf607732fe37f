import { memoryKey, where, type MemoryManager } from "@mem/core";
import { ingestKnowledge } from "@mem/knowledge";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { stacks, type Stack } from "./stacks.ts";

const refused = async (call: Promise<unknown>, code: string, path: string): Promise<void> =>
  expect(call).rejects.toMatchObject({ code, path, outcome: "not-applied" });

describe.each(stacks)("memory on $name", (kind) => {
  let stack: Stack;
  let memory: MemoryManager;
  beforeEach(async () => {
    stack = await kind.open();
    ({ memory } = stack);
  });
  afterEach(() => stack[Symbol.asyncDispose]());
  afterAll(() => kind.close());

  it("saves, retrieves, updates and deletes, in short-term and long-term memory alike", async () => {
    for (const memoryType of ["short_term", "long_term"] as const) {
      const options = { memoryType };
      expect(await memory.save("a", "plan", { goal: "spring", steps: [1, 2] }, options)).toBe(true);
      expect(await memory.retrieve("a", "plan", options)).toEqual({
        goal: "spring",
        steps: [1, 2],
      });
      expect(
        await memory.update("a", "plan", (old) => ({ ...Object(old), goal: "summer" }), options),
      ).toMatchObject({
        goal: "summer",
      });
      const entry = await memory.retrieveEntry("a", "plan", options);
      expect(entry).toMatchObject({
        key: "plan",
        value: { goal: "summer", steps: [1, 2] },
        source: "agent",
      });
      expect(await memory.save("a", "plan", 1, { ...options, ifVersion: "not this one" })).toBe(
        false,
      );
      expect(await memory.save("a", "plan", 1, { ...options, ifAbsent: true })).toBe(false);
      expect(await memory.delete("a", "plan", options)).toBe(true);
      expect(await memory.delete("a", "plan", options)).toBe(false);
      expect(await memory.retrieve("a", "plan", options)).toBeUndefined();
    }
  });

  it("loses no change of many writers at once", async () => {
    for (const memoryType of ["short_term", "long_term"] as const) {
      const add = async (): Promise<void> => {
        for (let i = 0; i < 4; i++) {
          await memory.update("a", "count", (old) => (typeof old === "number" ? old : 0) + 1, {
            memoryType,
          });
        }
      };
      await Promise.all(Array.from({ length: 5 }, add));
      expect(await memory.retrieve("a", "count", { memoryType })).toBe(20);
    }
  });

  it("counts in one step, and keeps the time that a counter has left", async () => {
    const add = async (): Promise<number> => memory.increment("a", "attempts", 2, { ttl: 60 });
    expect((await Promise.all(Array.from({ length: 20 }, add))).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, i) => 2 * (i + 1)),
    );
    const counted = await memory.retrieveEntry("a", "attempts");
    expect(await memory.forAgent("a").increment("attempts", -0.5, { ttl: 3600 })).toBe(39.5);
    expect((await memory.retrieveEntry("a", "attempts"))?.expiresAt).toBe(counted?.expiresAt);
    expect(await memory.increment("a", "once", 1, { opId: "one" })).toBe(1);
    expect(await memory.increment("a", "once", 1, { opId: "one" })).toBe(1);
    await memory.save("a", "text", "no number");
    await refused(memory.increment("a", "text"), "MEM_INVALID_ARGUMENT", "key");
    await refused(memory.increment("a", "attempts", Number.NaN), "MEM_INVALID_ARGUMENT", "by");
    expect(await memory.retrieve("a", "text")).toBe("no number");
  });

  it("refuses options that are none, in every method", async () => {
    const none = null as never;
    const calls = [
      memory.save("a", "k", 1, none),
      memory.retrieve("a", "k", none),
      memory.retrieveEntry("a", "k", none),
      memory.update("a", "k", () => 1, none),
      memory.increment("a", "k", 1, none),
      memory.delete("a", "k", none),
      memory.saveMany("a", [], none),
      memory.retrieveMany("a", [], none),
      memory.deleteMany("a", [], none),
      memory.searchSimilar("a", "query", none),
      memory.addConversationMessage("w", { agentId: "a", role: "user", content: "hi" }, none),
      memory.getConversationHistory("w", none),
      memory.saveExecutionRecord("a", { status: "success" }, none),
      memory.startWorkflow("w", none),
      memory.clearSession("w", none),
      memory.getStats(none),
    ];
    for (const call of calls) await refused(call, "MEM_INVALID_ARGUMENT", "options");
    const lists = [() => memory.listSessions(none), () => memory.getExecutionRecords(none)];
    const refusal = { code: "MEM_INVALID_ARGUMENT", path: "options" };
    for (const list of lists) expect(list).toThrowError(expect.objectContaining(refusal));
  });

  it("keeps agents, tenants and workflows apart", async () => {
    const acme = memory.forTenant("acme");
    await memory.save("a", "k", "default's");
    await acme.save("a", "k", "acme's");
    await acme.save("a", "k", { text: "acme's secret spring plan" }, { memoryType: "long_term" });
    expect(await memory.retrieve("a", "k")).toBe("default's");
    expect(await acme.retrieve("a", "k")).toBe("acme's");
    expect(await memory.retrieve("b", "k")).toBeUndefined();
    expect(await memory.searchSimilar("a", "secret spring plan")).toEqual([]);
    expect(await acme.searchSimilar("b", "secret spring plan")).toEqual([]);
    expect(await acme.searchSimilar("a", "secret spring plan")).toHaveLength(1);
    expect(await acme.getStats()).toMatchObject({
      tenantId: "acme",
      shortTermEntries: 1,
      longTermEntries: 1,
    });
  });

  it("saves, retrieves and deletes many at once", async () => {
    const items = Array.from({ length: 300 }, (_, i) => ({
      key: `k${String(i).padStart(3, "0")}`,
      value: i,
    }));
    for (const memoryType of ["short_term", "long_term"] as const) {
      expect(await memory.saveMany("a", items, { memoryType })).toEqual(items.map(() => true));
      expect(
        await memory.retrieveMany("a", ["k007", "none", "k299", "k007"], { memoryType }),
      ).toEqual([7, undefined, 299, 7]);
      expect(await memory.deleteMany("a", { prefix: "k1", dryRun: true }, { memoryType })).toBe(
        100,
      );
      expect(await memory.deleteMany("a", { prefix: "k1" }, { memoryType })).toBe(100);
      expect(await memory.deleteMany("a", ["k000", "none"], { memoryType })).toBe(1);
      const keys = [];
      for await (const { key } of memory.list("a", { memoryType, pageSize: 64 })) keys.push(key);
      expect(keys).toEqual(
        items.map(({ key }) => key).filter((key) => key !== "k000" && !key.startsWith("k1")),
      );
    }
  });

  it("lists by prefix and filter, a page at a time", async () => {
    for (const [key, channel, lift] of [
      ["c/1", "email", 0.1],
      ["c/2", "social", 0.2],
      ["c/3", "email", 0.3],
      ["d", "email", 0.4],
    ] as const) {
      await memory.save("a", key, lift, { metadata: { channel, lift } });
    }
    const listing = memory.list("a", {
      prefix: "c/",
      filter: where.eq("channel", "email"),
      pageSize: 1,
    });
    const keys = [];
    for await (const { key } of listing) keys.push(key);
    expect(keys).toEqual(["c/1", "c/3"]);
    const limited = [];
    for await (const { key } of memory.list("a", { limit: 2 })) limited.push(key);
    expect(limited).toEqual(["c/1", "c/2"]);
  });

  it("types a key by its schema", async () => {
    const plan = memoryKey("plan", z.object({ goal: z.string(), budget: z.number().default(100) }));
    await memory.save("a", plan, { goal: "spring" });
    expect(await memory.retrieve("a", plan)).toEqual({ goal: "spring", budget: 100 });
    await memory.save("a", "plan", { goal: 5 });
    await expect(memory.retrieve("a", plan)).rejects.toMatchObject({
      code: "MEM_SCHEMA",
      path: "value.goal",
    });
  });

  it("stores what it checked, whatever becomes of the caller's object meanwhile", async () => {
    const plan = memoryKey("plan", z.object({ goal: z.string() }));
    for (const memoryType of ["short_term", "long_term"] as const) {
      const value = { goal: "spring" };
      const saving = memory.save("a", plan, value, { memoryType });
      Object.assign(value, { goal: 5 });
      expect(await saving).toBe(true);
      expect(await memory.retrieve("a", plan, { memoryType })).toEqual({ goal: "spring" });
    }
  });

  it("keeps a text of the caller's own through an update", async () => {
    const options = { memoryType: "long_term" } as const;
    await memory.save("a", "k", { n: 1 }, { ...options, text: "zebra crossing" });
    await memory.update("a", "k", () => ({ n: 2 }), options);
    expect((await memory.searchSimilar("a", "zebra"))[0]?.value).toEqual({ n: 2 });
  });

  it("refuses bad input before anything is written", async () => {
    await refused(
      memory.save("a", "k", { items: [{ price: Number.NaN }] }),
      "MEM_NOT_JSON",
      "value.items[0].price",
    );
    await refused(memory.save("", "k", 1), "MEM_INVALID_ARGUMENT", "agentId");
    await refused(memory.save("a", "k", 1, { ttl: 0 }), "MEM_INVALID_ARGUMENT", "ttl");
    await refused(
      memory.save("a", "k", 1, { memoryType: "long_term", ttl: 5 } as never),
      "MEM_UNSUPPORTED",
      "ttl",
    );
    await refused(
      memory.saveMany("a", [
        { key: "x", value: 1 },
        { key: "y", value: undefined as unknown as null },
      ]),
      "MEM_NOT_JSON",
      "items[1].value",
    );
    await expect(memory.save("a", "k", 1, { memoryType: "shared" } as never)).rejects.toMatchObject(
      { code: "MEM_READ_ONLY" },
    );
    await expect(
      memory.searchSimilar("a", "x", { memoryType: "short_term" }),
    ).rejects.toMatchObject({ code: "MEM_UNSUPPORTED" });
    for (const everything of [{}, { prefix: "" }, { filter: where.and(where.and()) }]) {
      await expect(memory.deleteMany("a", everything)).rejects.toMatchObject({
        code: "MEM_INVALID_ARGUMENT",
      });
    }
    expect(await memory.getStats()).toMatchObject({ shortTermEntries: 0, longTermEntries: 0 });
  });

  it("finds past experience by what it says, among what the filter allows", async () => {
    const seed = [
      ["email", "Numbers in the subject line made customers open our emails"],
      ["social", "Short videos earned the most shares"],
      ["search", "Search ads cost three times as much in November"],
    ] as const;
    for (const [channel, lesson] of seed) {
      await memory.save(
        "a",
        channel,
        { lesson },
        { memoryType: "long_term", metadata: { channel } },
      );
    }
    const [best] = await memory.searchSimilar("a", "which emails did a customer open?", {
      topK: 1,
    });
    expect(best).toMatchObject({ key: "email", value: { lesson: seed[0][1] }, agentId: "a" });
    expect(best?.score).toBeGreaterThan(0);
    const allowed = await memory.searchSimilar("a", "emails videos ads", {
      filterMetadata: { channel: "social" },
    });
    expect(allowed.map(({ key }) => key)).toEqual(["social"]);
    const several = await memory.searchSimilar("b", "ads in November", { agentIds: ["a", "b"] });
    expect(several[0]?.key).toBe("search");
  });

  it("keeps long-term memory and the audit trail over a restart", async () => {
    await memory.save("a", "lesson", "kept", { memoryType: "long_term" });
    const id = await memory.saveExecutionRecord("a", { status: "success", output: { ok: true } });
    memory = await stack.reopen();
    expect(await memory.retrieve("a", "lesson", { memoryType: "long_term" })).toBe("kept");
    expect((await memory.searchSimilar("a", "kept")).map(({ key }) => key)).toEqual(["lesson"]);
    expect((await memory.getExecutionRecords({ agentId: "a" }).page()).items).toMatchObject([
      { id, output: { ok: true } },
    ]);
  });

  it("shares knowledge that agents read and search, and can't change", async () => {
    const documents = [
      {
        id: "voice.md",
        text: "# Voice\n\nWe address customers by their first name.",
        title: "Brand voice",
      },
    ];
    expect(await ingestKnowledge({ store: stack.knowledgeStore, documents })).toMatchObject({
      added: 1,
      passages: 1,
    });
    const [hit] = await memory.searchSimilar("any agent", "how to address customers", {
      memoryType: "shared",
    });
    expect(hit).toMatchObject({
      metadata: { document: "voice.md", heading: "Voice" },
      source: "document",
    });
    expect(await memory.retrieve("another", "voice.md", { memoryType: "shared" })).toMatchObject({
      title: "Brand voice",
    });
    await expect(
      memory.delete("a", "voice.md", { memoryType: "shared" } as never),
    ).rejects.toMatchObject({ code: "MEM_READ_ONLY" });
    expect(
      await memory.forTenant("acme").searchSimilar("a", "customers", { memoryType: "shared" }),
    ).toEqual([]);
    expect(await memory.getStats()).toMatchObject({ knowledgeEntries: 1 });
  });

  it("says how every part is, and refuses everything once it is closed", async () => {
    const { status, parts } = await memory.health();
    expect({ status, parts }).toMatchObject({ status: "ok" });
    expect(Object.keys(parts)).toEqual(["shortTerm", "longTerm", "records", "knowledge"]);
    const agent = memory.forAgent("a");
    const acme = memory.forTenant("acme");
    await Promise.all([memory.close(), memory.close()]);
    const closed = { code: "MEM_CLOSED" };
    await expect(agent.save("k", 1)).rejects.toMatchObject(closed);
    await expect(acme.retrieve("a", "k")).rejects.toMatchObject(closed);
    await expect(memory.getStats()).rejects.toMatchObject(closed);
    await expect(memory.saveExecutionRecord("a", { status: "success" })).rejects.toMatchObject(
      closed,
    );
  });
});
