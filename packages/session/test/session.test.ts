import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryBackend } from "@mem/backend-memory";
import { createManualClock, MemoryError, MemoryManager, type ManualClock } from "@mem/core";
import { createJsonlRecords } from "@mem/records-jsonl";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSession, withSession } from "../src/index.ts";

let clock: ManualClock;
let memory: MemoryManager;
beforeEach(() => {
  clock = createManualClock();
  memory = new MemoryManager({ shortTerm: createMemoryBackend({ clock }), clock });
});
afterEach(() => memory.close());

describe("a session's memory", () => {
  it("belongs to one agent, unless it is the team's", async () => {
    await using session = await createSession({ memory, workflowId: "w" });
    await session.saveAgentMemory("strategy", "plan", { goal: "spring" });
    await session.team.save("deadline", "2026-03-20");
    expect(await session.retrieveAgentMemory("strategy", "plan")).toEqual({ goal: "spring" });
    expect(await session.retrieveAgentMemory("content", "plan")).toBeUndefined();
    expect(await session.team.retrieve("deadline")).toBe("2026-03-20");
    expect(await session.forAgent("strategy").retrieve("deadline")).toBeUndefined();
  });

  it("is invisible outside of it and to other workflows, whatever their ids look like", async () => {
    const ids = ["1", "10", "a", "a:b", "a/../b", "%61"];
    const sessions = await Promise.all(
      ids.map((workflowId) => createSession({ memory, workflowId })),
    );
    for (const session of sessions) await session.saveAgentMemory("x", "k", session.workflowId);
    for (const session of sessions) {
      expect(await session.retrieveAgentMemory("x", "k")).toBe(session.workflowId);
    }
    expect(await memory.retrieve("x", "k")).toBeUndefined();
  });

  it("lives as long as the session, unless it has a ttl of its own", async () => {
    await using session = await createSession({ memory, workflowId: "w", timeout: 100 });
    await session.saveAgentMemory("a", "long", 1);
    await session.saveAgentMemory("a", "short", 1, { ttl: 10 });
    clock.advance(10_000);
    expect(await session.retrieveAgentMemory("a", "short")).toBeUndefined();
    for (let i = 0; i < 5; i++) {
      clock.advance(90_000);
      expect(await session.retrieveAgentMemory("a", "long")).toBe(1);
    }
  });
});

describe("the end of a session", () => {
  it("removes what was short-term, and only of this session", async () => {
    await memory.save("a", "outside", 1);
    const session = await createSession({ memory, workflowId: "w" });
    await session.saveAgentMemory("a", "k", 1);
    await session.addConversationMessage({ agentId: "a", role: "assistant", content: "hello" });
    const summary = await session.endSession();
    expect(summary).toMatchObject({ status: "ended", removed: { entries: 1, messages: 1 } });
    expect(await memory.getConversationHistory("w")).toEqual([]);
    expect(await memory.getStats()).toMatchObject({ shortTermEntries: 1, activeSessions: 0 });
  });

  it("comes with the block that created it, also when the block throws", async () => {
    const failure = new Error("the body's own");
    const run = withSession({ memory, workflowId: "w" }, async (session) => {
      await session.team.save("k", 1);
      throw failure;
    });
    await expect(run).rejects.toBe(failure);
    expect(await memory.getStats()).toMatchObject({ shortTermEntries: 0, activeSessions: 0 });
  });

  it("is the creator's: who joined only leaves", async () => {
    await using session = await createSession({ memory, workflowId: "w" });
    {
      await using member = await createSession({ memory, workflowId: "w", join: "must-exist" });
      await member.team.save("k", "from the member");
    }
    expect(await session.team.retrieve("k")).toBe("from the member");
  });

  it("is final: every method rejects afterwards", async () => {
    const session = await createSession({ memory, workflowId: "w" });
    const member = await createSession({ memory, workflowId: "w", join: "if-exists" });
    await session.endSession();
    const ended = { code: "MEM_SESSION_ENDED" };
    for (const each of [session, member]) {
      await expect(each.saveAgentMemory("a", "k", 1)).rejects.toMatchObject(ended);
      await expect(each.retrieveAgentMemory("a", "k")).rejects.toMatchObject(ended);
      await expect(each.team.list().page()).rejects.toMatchObject(ended);
      await expect(
        each.addConversationMessage({ role: "user", content: "x" }),
      ).rejects.toMatchObject(ended);
      await expect(each.getConversationHistory()).rejects.toMatchObject(ended);
      await expect(each.getSessionSummary()).rejects.toMatchObject(ended);
      await expect(each.forAgent("a").search("x", { memoryType: "shared" })).rejects.toMatchObject(
        ended,
      );
    }
  });

  it("can be called for twice, and by several at once", async () => {
    const session = await createSession({ memory, workflowId: "w" });
    const member = await createSession({ memory, workflowId: "w", join: "must-exist" });
    await session.team.save("k", 1);
    const summaries = await Promise.all([
      session.endSession(),
      member.endSession(),
      session.endSession(),
    ]);
    const removed = summaries.map((summary) => summary.removed?.entries ?? 0);
    expect(Math.max(...removed)).toBe(1);
    expect(summaries.every(({ status }) => status === "ended")).toBe(true);
  });

  it("does not touch a successor of the same name", async () => {
    const first = await createSession({ memory, workflowId: "w", timeout: 10 });
    clock.advance(11_000);
    await using second = await createSession({ memory, workflowId: "w" });
    await second.team.save("k", "second");
    await expect(first.team.save("k", "late")).rejects.toMatchObject({ code: "MEM_SESSION_ENDED" });
    await first.endSession();
    expect(await second.team.retrieve("k")).toBe("second");
  });

  it("leaves the data to their expiry without clean-up", async () => {
    const session = await createSession({
      memory,
      workflowId: "w",
      timeout: 60,
      autoCleanup: false,
    });
    await session.addConversationMessage({ role: "user", content: "kept" });
    await session.endSession();
    expect(await memory.getConversationHistory("w")).toHaveLength(1);
    clock.advance(61_000);
    expect(await memory.getConversationHistory("w")).toEqual([]);
  });

  it("says how long the session was, also when nothing happened at last", async () => {
    const session = await createSession({ memory, workflowId: "w" });
    clock.advance(10_000);
    expect((await session.endSession()).durationMs).toBe(10_000);
  });

  it("that fails can be tried again", async () => {
    const shortTerm = createMemoryBackend({ clock });
    const end = shortTerm.endWorkflow.bind(shortTerm);
    let isDown = true;
    shortTerm.endWorkflow = async (...args) => {
      if (isDown) throw new MemoryError("MEM_UNAVAILABLE", "down");
      return end(...args);
    };
    await using own = new MemoryManager({ shortTerm, clock });
    const session = await createSession({ memory: own, workflowId: "w" });
    await expect(session.endSession()).rejects.toMatchObject({ code: "MEM_UNAVAILABLE" });
    isDown = false;
    await session.leave();
    expect(await own.getStats()).toMatchObject({ activeSessions: 0 });
  });

  it("comes by itself when nobody uses it", async () => {
    const session = await createSession({ memory, workflowId: "w", timeout: 60 });
    await session.team.save("k", 1);
    clock.advance(60_001);
    expect(await memory.getStats()).toMatchObject({ shortTermEntries: 0, activeSessions: 0 });
    await expect(session.team.retrieve("k")).rejects.toMatchObject({ code: "MEM_SESSION_ENDED" });
    await expect(session.endSession()).resolves.toMatchObject({ status: "ended" });
  });
});

describe("starting a session", () => {
  it("is refused where one is live, unless joining is asked for", async () => {
    await using session = await createSession({
      memory,
      workflowId: "w",
      metadata: { goal: "spring" },
    });
    await expect(createSession({ memory, workflowId: "w" })).rejects.toMatchObject({
      code: "MEM_SESSION_EXISTS",
    });
    const member = await createSession({
      memory,
      workflowId: "w",
      join: "if-exists",
      metadata: { other: 1 },
    });
    expect([session.created, member.created]).toEqual([true, false]);
    expect((await member.getSessionSummary()).metadata).toEqual({ goal: "spring" });
  });

  it("is refused where one has to be live and none is", async () => {
    const joining = createSession({ memory, workflowId: "w", join: "must-exist" });
    await expect(joining).rejects.toMatchObject({ code: "MEM_NOT_FOUND" });
  });

  it.each([
    { workfowId: "w" },
    { keepConversations: true },
    { autoCleanup: "no" },
    { language: "klingon" },
    { timeout: 0 },
    { signal: { aborted: false } },
    { memory: {} },
  ])("is refused where an option is none or bad: %j", async (bad) => {
    await expect(createSession({ memory, ...(bad as object) })).rejects.toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
      path: `options.${Object.keys(bad)[0]}`,
    });
    expect(await memory.getStats()).toMatchObject({ activeSessions: 0 });
  });

  it.each([undefined, null, "w"])("is refused without options: %j", async (none) => {
    await expect(createSession(none as never)).rejects.toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
    });
  });

  it("gives the workflow a name where it has none", async () => {
    await using one = await createSession({ memory });
    await using two = await createSession({ memory });
    expect(one.workflowId).not.toBe(two.workflowId);
  });
});

describe("the conversation of a session", () => {
  it("is in order, and each message in it once", async () => {
    await using session = await createSession({ memory });
    for (const content of ["a", "b", "c"]) {
      await session.addConversationMessage({ id: `m-${content}`, role: "user", content });
      await session.addConversationMessage({ id: `m-${content}`, role: "user", content });
    }
    const history = await session.getConversationHistory();
    expect(history.map(({ position, content }) => [position, content])).toEqual([
      [1, "a"],
      [2, "b"],
      [3, "c"],
    ]);
    expect(
      (await session.getConversationHistory({ limit: 2 })).map(({ content }) => content),
    ).toEqual(["b", "c"]);
    expect((await session.getConversationHistory({ before: 3, limit: 1 }))[0]?.content).toBe("b");
  });

  it("can be read for one agent", async () => {
    await using session = await createSession({ memory });
    for (let i = 0; i < 90; i++) {
      await session.addConversationMessage({
        agentId: i % 30 === 0 ? "rare" : "usual",
        role: "assistant",
        content: i,
      });
    }
    const rare = await session.getConversationHistory({ agentId: "rare", limit: 2 });
    expect(rare.map(({ content }) => content)).toEqual([30, 60]);
  });
});

describe("a record of a session", () => {
  it("that is stored is told as stored, also when it could not be counted", async () => {
    const shortTerm = createMemoryBackend({ clock });
    const look = shortTerm.getWorkflow.bind(shortTerm);
    shortTerm.getWorkflow = async (workflow, options) => {
      if (options?.session?.activity === "record") throw new MemoryError("MEM_UNAVAILABLE", "down");
      return look(workflow, options);
    };
    const failures: unknown[] = [];
    const listen = (failure: unknown): void => void failures.push(failure);
    subscribe("mem:failure", listen);
    const folder = await mkdtemp(join(tmpdir(), "mem-session-"));
    try {
      await using own = new MemoryManager({
        shortTerm,
        clock,
        records: createJsonlRecords({ dir: folder }),
      });
      await using session = await createSession({ memory: own, workflowId: "w" });
      const id = await session.saveExecutionRecord("a", { status: "success" });
      expect((await own.getExecutionRecords().page()).items).toMatchObject([{ id }]);
      expect(failures).toMatchObject([
        { operation: "count a record", error: { code: "MEM_UNAVAILABLE" } },
      ]);
    } finally {
      unsubscribe("mem:failure", listen);
      await rm(folder, { recursive: true });
    }
  });
});
