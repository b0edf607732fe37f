import type { MemoryManager } from "@mem/core";
import { createSession, withSession } from "@mem/session";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { stacks, type Stack } from "./stacks.ts";

describe.each(stacks)("a session on $name", (kind) => {
  let stack: Stack;
  let memory: MemoryManager;
  beforeEach(async () => {
    stack = await kind.open();
    ({ memory } = stack);
  });
  afterEach(() => stack[Symbol.asyncDispose]());
  afterAll(() => kind.close());

  it("lives, and leaves what was meant to stay", async () => {
    const summary = await withSession({ memory, workflowId: "spring" }, async (session) => {
      await session.saveAgentMemory("a", "draft", "short-lived");
      await session.saveAgentMemory("a", "lesson", "emails on Tuesday", {
        memoryType: "long_term",
      });
      await session.team.save("deadline", "2026-03-20");
      expect(await session.forAgent("a").increment("tokens", 250)).toBe(250);
      await session.addConversationMessage({ agentId: "a", role: "assistant", content: "hello" });
      await session.saveExecutionRecord("a", { status: "success" });
      expect(await memory.getStats()).toMatchObject({ activeSessions: 1, shortTermEntries: 3 });
      return session.getSessionSummary();
    });
    // The deadline belongs to no agent, so it comes first.
    expect(summary).toMatchObject({
      messages: 1,
      records: 1,
      agents: [{ operations: 1 }, { agentId: "a", messages: 1 }],
    });
    expect(await memory.getStats()).toMatchObject({ activeSessions: 0, shortTermEntries: 0 });
    expect(await memory.getConversationHistory("spring")).toEqual([]);
    // A search finds it under the agent, in any workflow; its key works only in its own workflow.
    expect((await memory.searchSimilar("a", "tuesday emails")).map(({ key }) => key)).toEqual([
      "lesson",
    ]);
    expect(await memory.retrieve("a", "lesson", { memoryType: "long_term" })).toBeUndefined();
    await using again = await createSession({ memory, workflowId: "spring" });
    expect(await again.retrieveAgentMemory("a", "lesson", { memoryType: "long_term" })).toBe(
      "emails on Tuesday",
    );
    expect((await memory.getExecutionRecords({ workflowId: "spring" }).page()).items).toHaveLength(
      1,
    );
  });

  it("ends for everybody at once, and nobody writes into its successor", async () => {
    const first = await createSession({ memory, workflowId: "w" });
    const member = await createSession({ memory, workflowId: "w", join: "must-exist" });
    await first.team.save("k", 1);
    expect((await first.endSession()).removed).toEqual({ entries: 1, messages: 0 });
    await using second = await createSession({ memory, workflowId: "w" });
    const ended = { code: "MEM_SESSION_ENDED" };
    await expect(member.team.save("k", "late")).rejects.toMatchObject(ended);
    await expect(
      member.saveAgentMemory("a", "k", "late", { memoryType: "long_term" }),
    ).rejects.toMatchObject(ended);
    await expect(
      member.addConversationMessage({ role: "user", content: "late" }),
    ).rejects.toMatchObject(ended);
    await member.endSession();
    expect(await second.team.retrieve("k")).toBeUndefined();
    await second.team.save("k", 2);
    expect(await second.team.retrieve("k")).toBe(2);
  });

  it("can be cleared from outside, long-term entries and all when asked", async () => {
    const session = await createSession({ memory, workflowId: "w" });
    await session.saveAgentMemory("a", "k", 1);
    await session.saveAgentMemory("a", "lesson", "x", { memoryType: "long_term" });
    await memory.addConversationMessage("w", { role: "user", content: "from outside" });
    expect(await memory.clearSession("w", { longTerm: true })).toEqual({
      shortTermEntries: 1,
      messages: 1,
      longTermEntries: 1,
    });
    await expect(session.team.retrieve("k")).rejects.toMatchObject({ code: "MEM_SESSION_ENDED" });
    expect(await memory.getStats()).toMatchObject({ activeSessions: 0, longTermEntries: 0 });
  });

  it("keeps its team's long-term memory to itself", async () => {
    await using one = await createSession({ memory, workflowId: "one" });
    await using two = await createSession({ memory, workflowId: "two" });
    await one.team.save("k", "the secret of one", { memoryType: "long_term" });
    expect(await one.team.search("secret")).toHaveLength(1);
    expect(await two.team.search("secret")).toEqual([]);
    await expect(two.team.search("secret", { workflowId: "one" })).rejects.toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
      path: "options.workflowId",
    });
  });

  it("counts only the records that were stored", async () => {
    await using session = await createSession({ memory, workflowId: "w" });
    const refused = session.saveExecutionRecord("a", {
      status: "success",
      output: { at: new Date() },
    });
    await expect(refused).rejects.toMatchObject({ code: "MEM_NOT_JSON" });
    await session.saveExecutionRecord("a", { status: "success" });
    expect((await session.getSessionSummary()).records).toBe(1);
  });

  it("is listed while it is live", async () => {
    await using one = await createSession({ memory, workflowId: "one", metadata: { n: 1 } });
    const two = await createSession({ memory, workflowId: "two" });
    await two.endSession();
    const live = [];
    for await (const { workflowId, metadata } of memory.listSessions())
      live.push([workflowId, metadata]);
    expect(live).toEqual([[one.workflowId, { n: 1 }]]);
  });
});
