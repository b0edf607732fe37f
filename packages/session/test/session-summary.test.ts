import { createMemoryBackend } from "@mem/backend-memory";
import { createManualClock, MemoryManager, type ManualClock } from "@mem/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSession } from "../src/index.ts";

let clock: ManualClock;
let memory: MemoryManager;
beforeEach(() => {
  clock = createManualClock();
  memory = new MemoryManager({ shortTerm: createMemoryBackend({ clock }), clock });
});
afterEach(() => memory.close());

describe("the summary of a session", () => {
  it("says how much memory it takes while it is live, and what its end removed", async () => {
    const session = await createSession({ memory });
    await session.team.save("k", "x".repeat(10_000));
    await session.addConversationMessage({ role: "user", content: "hello" });
    const { memory: taken, claims } = await session.getSessionSummary();
    expect(taken).toMatchObject({ entries: 1, messages: 1 });
    expect(taken?.bytes).toBeGreaterThan(10_000);
    expect(claims).toEqual([]);
    const summary = await session.endSession();
    expect(summary).not.toHaveProperty("memory");
    expect(summary.removed).toEqual({ entries: 1, messages: 1 });
  });

  it("says nothing of what was removed where somebody else ended it", async () => {
    const session = await createSession({ memory, workflowId: "w" });
    const member = await createSession({ memory, workflowId: "w", join: "must-exist" });
    await member.endSession();
    const summary = await session.endSession();
    expect(summary.status).toBe("ended");
    expect(summary).not.toHaveProperty("removed");
  });

  it("says what each agent did", async () => {
    await using session = await createSession({ memory, workflowId: "w", timeout: 600 });
    await session.saveAgentMemory("a", "k", 1);
    clock.advance(5000);
    await session.retrieveAgentMemory("a", "k");
    await session.addConversationMessage({ agentId: "b", role: "assistant", content: "done" });
    expect(await session.getSessionSummary()).toMatchObject({
      workflowId: "w",
      tenantId: "default",
      status: "active",
      timeout: 600,
      durationMs: 5000,
      operations: 2,
      messages: 1,
      agents: [
        { agentId: "a", operations: 2, messages: 0, errors: 0 },
        { agentId: "b", operations: 0, messages: 1, errors: 0 },
      ],
    });
  });
});
