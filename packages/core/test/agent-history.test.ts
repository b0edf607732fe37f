import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openSessionMemory } from "./session-memory.ts";

const speakers = fc.array(fc.constantFrom("ann", "bob"), { maxLength: 120 });

describe("the history of one agent", () => {
  it("is its last messages, whoever spoke between them", async () => {
    const question = fc.record({
      limit: fc.integer({ min: 1, max: 50 }),
      before: fc.option(fc.integer({ min: 0, max: 130 }), { nil: undefined }),
      after: fc.option(fc.integer({ min: 0, max: 130 }), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(speakers, question, async (names, { limit, before, after }) => {
        const { memory } = openSessionMemory({ maxConversationHistory: 1000 });
        for (const agentId of names) {
          await memory.addConversationMessage("w", { role: "user", content: "", agentId });
        }
        const found = await memory.getConversationHistory("w", {
          agentId: "ann",
          limit,
          ...(before !== undefined && { before }),
          ...(after !== undefined && { after }),
        });
        const expected = names.flatMap((name, i) => (name === "ann" ? [i + 1] : []));
        expect(found.map(({ position }) => position)).toEqual(
          expected
            .filter((place) => place < (before ?? Infinity) && place > (after ?? 0))
            .slice(-limit),
        );
      }),
    );
  });

  it("is read no further back than it has to be", async () => {
    const { memory, shortTerm } = openSessionMemory({ maxConversationHistory: 100_000 });
    const workflow = await memory.startWorkflow("w");
    for (let i = 0; i < 5000; i++) {
      await workflow.addMessage({ role: "user", content: i, agentId: i % 4 === 0 ? "ann" : "bob" });
    }
    shortTerm.calls.length = 0;
    const found = await workflow.history({ agentId: "ann", limit: 5 });
    expect(found.map(({ content }) => content)).toEqual([4980, 4984, 4988, 4992, 4996]);
    expect(shortTerm.tied("read")).toHaveLength(2);
    shortTerm.calls.length = 0;
    expect(await workflow.history({ agentId: "cat", limit: 5 })).toEqual([]);
    expect(shortTerm.tied("read").length).toBeLessThan(15);
  });
});
