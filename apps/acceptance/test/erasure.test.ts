import type { MemoryManager } from "@mem/core";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { stacks, type Stack } from "./stacks.ts";

const longTerm = { memoryType: "long_term" } as const;

describe.each(stacks)("erasing on $name", (kind) => {
  let stack: Stack;
  let memory: MemoryManager;
  beforeEach(async () => {
    stack = await kind.open();
    ({ memory } = stack);
  });
  afterEach(() => stack[Symbol.asyncDispose]());
  afterAll(() => kind.close());

  it("takes what is about a person out of every agent's long-term memory, and leaves the rest", async () => {
    const about = { ...longTerm, subject: "person:7" };
    await memory.save("a", "taste", "Likes marzipan", about);
    await memory.save("b", "order", "Ordered marzipan", about);
    await memory.save("b", "menu", "Marzipan is in season", longTerm);
    await memory.save("a", "draft", "Dear customer", { subject: "person:7" });
    await memory.forTenant("other").save("a", "taste", "Likes marzipan", about);
    const workflow = await memory.startWorkflow("w1");
    await workflow.team.save("note", "Asked for marzipan", about);

    const dry = await memory.erase({ subject: "person:7" }, { dryRun: true });
    expect(dry.entries).toHaveLength(3);
    const erased = await memory.erase({ subject: "person:7" });
    expect(erased).toMatchObject({ dryRun: false, revisions: 0 });
    expect(new Set(erased.entries)).toEqual(
      new Set([
        { agentId: "a", key: "taste" },
        { agentId: "b", key: "order" },
        { workflowId: "w1", key: "note" },
      ]),
    );

    memory = await stack.reopen();
    const hits = await memory.searchSimilar("a", "marzipan", { agentIds: ["a", "b"] });
    expect(hits.map(({ key }) => key)).toEqual(["menu"]);
    expect(await memory.retrieve("b", "order", longTerm)).toBeUndefined();
    expect(await memory.getStats()).toMatchObject({ longTermEntries: 1 });
    expect(await memory.forTenant("other").getStats()).toMatchObject({ longTermEntries: 1 });
    expect(await memory.verify()).toEqual({ entries: 2, problems: [] });
  });

  it("takes one entry, and leaves short-term memory to whoever deletes it", async () => {
    await memory.save("a", "plan", "long", longTerm);
    await memory.save("a", "plan", "short");
    expect(await memory.erase({ agentId: "a", key: "plan" })).toMatchObject({
      entries: [{ agentId: "a", key: "plan" }],
    });
    expect(await memory.retrieve("a", "plan", longTerm)).toBeUndefined();
    expect(await memory.retrieve("a", "plan")).toBe("short");
  });
});
