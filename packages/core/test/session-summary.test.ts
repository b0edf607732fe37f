import { describe, expect, it } from "vitest";
import { summarizeSession } from "../src/index.ts";
import { aState, openSessionMemory } from "./session-memory.ts";

const done = { step: "a", token: 1, claimedAt: 0, isDone: true };
const held = { step: "b", token: 2, claimedAt: 0, expiresAt: 9, isDone: false };
const state = { ...aState("w"), claims: [done, held] };

describe("the summary of a session", () => {
  it("says when an active one ends by itself, who does which step, and what it takes", () => {
    const size = { entries: 1, logItems: 2, bytes: 300 };
    expect(summarizeSession("t", state, { size })).toMatchObject({
      status: "active",
      timeout: 60,
      expiresAt: 1_090_000,
      durationMs: 30_000,
      claims: [held],
      memory: { entries: 1, messages: 2, bytes: 300 },
    });
  });

  it("sums up what agents did, and what no agent did", () => {
    const ofNone = { operations: 1, messages: 2, records: 3, errors: 4, firstAt: 5, lastAt: 6 };
    const activity = [ofNone, { ...ofNone, agentId: "ann", messages: 40 }];
    expect(summarizeSession("t", { ...state, activity })).toMatchObject({
      agents: activity,
      operations: 2,
      messages: 42,
      records: 6,
      errors: 8,
    });
  });

  it("says what the end removed, where that is known", () => {
    const ended = summarizeSession("t", state, { ended: { entries: 4, logItems: 5 } });
    expect(ended).toMatchObject({ status: "ended", removed: { entries: 4, messages: 5 } });
    expect(ended).not.toHaveProperty("expiresAt");
    const timedOut = summarizeSession("t", state, { ended: {} });
    expect(timedOut.status).toBe("ended");
    expect(timedOut).not.toHaveProperty("removed");
  });
});

describe("what a session takes", () => {
  it("is told as long as it lives", async () => {
    const { memory } = openSessionMemory();
    const workflow = await memory.startWorkflow("w");
    expect(await workflow.size()).toEqual({ entries: 1, logItems: 2, bytes: 300 });
    await workflow.end();
    await expect(workflow.size()).rejects.toMatchObject({ code: "MEM_SESSION_ENDED" });
  });
});
