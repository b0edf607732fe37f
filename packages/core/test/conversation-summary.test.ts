import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ConversationSummary } from "../src/index.ts";
import { openSessionMemory } from "./session-memory.ts";

describe("the rolling summary of a conversation", () => {
  it("is none until one is kept", async () => {
    const { memory } = openSessionMemory();
    const workflow = await memory.startWorkflow("w");
    expect(await workflow.conversationSummary()).toBeUndefined();
    const summary = { text: "they met", through: 7 };
    expect(await workflow.keepConversationSummary(summary)).toEqual(summary);
    expect(await workflow.conversationSummary()).toEqual(summary);
  });

  it("is the one that tells of most, whatever the order in which members keep theirs", async () => {
    const throughs = fc.uniqueArray(fc.nat(20), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), throughs, async (scheduler, all) => {
        const { memory, shortTerm } = openSessionMemory();
        const workflow = await memory.startWorkflow("w");
        shortTerm.hook = scheduler.scheduleFunction(async () => undefined);
        const keeping = all.map((through) =>
          workflow.keepConversationSummary({ text: `to ${through}`, through }),
        );
        const kept = await scheduler.waitFor(Promise.all(keeping));
        shortTerm.hook = () => undefined;
        const most = Math.max(...all);
        expect(await workflow.conversationSummary()).toEqual({ text: `to ${most}`, through: most });
        // A member that kept an earlier one receives the current one, which covers at least as much.
        for (const [i, { through }] of kept.entries()) {
          expect(through).toBeGreaterThanOrEqual(all[i] as number);
        }
      }),
    );
  });

  it("is in no agent's memory and not in the team's, and no message", async () => {
    const { memory, shortTerm } = openSessionMemory();
    const workflow = await memory.startWorkflow("w");
    await workflow.keepConversationSummary({ text: "they met", through: 7 });
    expect(shortTerm.entries.size).toBe(0);
    expect(await workflow.history()).toEqual([]);
  });

  it.each([
    [{ text: 7, through: 1 }, "summary.text"],
    [{ text: "\ud800", through: 1 }, "summary.text"],
    [{ text: "x", through: -1 }, "summary.through"],
    [{ text: "x" }, "summary.through"],
    [undefined, "summary"],
  ])("is a text and a position: %j is refused", async (summary, path) => {
    const { memory } = openSessionMemory();
    const workflow = await memory.startWorkflow("w");
    const keeping = workflow.keepConversationSummary(summary as ConversationSummary);
    await expect(keeping).rejects.toMatchObject({ path });
  });
});
