import type { MemoryManager } from "@mem/core";
import { createSession, withSession } from "@mem/session";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { stacks, type Stack } from "./stacks.ts";

const MESSAGES = [
  { id: "m-1", role: "user", content: "What do we spend on emails in spring?" },
  { id: "m-2", role: "assistant", agentId: "a", content: "Five thousand, and two on ads." },
  { id: "m-3", role: "user", content: "And what did the emails of last year cost?" },
  { id: "m-4", role: "assistant", agentId: "a", content: "Four thousand." },
] as const;

describe.each(stacks)("a conversation on $name", (kind) => {
  let stack: Stack;
  let memory: MemoryManager;
  beforeEach(async () => {
    stack = await kind.open();
    ({ memory } = stack);
  });
  afterEach(() => stack[Symbol.asyncDispose]());
  afterAll(() => kind.close());

  it("can be searched while it lives", async () => {
    await using session = await createSession({ memory, workflowId: "w" });
    for (const message of MESSAGES) await session.addConversationMessage(message);
    const [best, ...rest] = await session.searchConversation("emails last year", { topK: 4 });
    expect(best).toMatchObject({ ...MESSAGES[2], position: 3 });
    // The answer has none of the words, but is beside the question.
    expect(rest.map(({ id }) => id)).toContain("m-4");
    const all = await memory.getStats();
    expect(all).toMatchObject({ longTermEntries: 0 });
  });

  it("is found after its end where it was kept, also after a restart, and until it is cleared", async () => {
    await withSession({ memory, workflowId: "w", keepConversation: true }, async (session) => {
      for (const message of MESSAGES) await session.addConversationMessage(message);
      const member = await createSession({ memory, workflowId: "w", join: "must-exist" });
      expect(member.keepsConversation).toBe(true);
      await member.addConversationMessage({ id: "m-5", role: "user", content: "Thanks a lot" });
      await memory.addConversationMessage("w", { id: "m-6", role: "user", content: "Bye now" });
      const [best] = await session.searchConversation("emails last year");
      expect(best).toMatchObject({ ...MESSAGES[2], position: 3 });
    });
    expect(await memory.getConversationHistory("w")).toEqual([]);
    memory = await stack.reopen();
    const [found] = await memory.searchConversation("w", "emails last year");
    expect(found).toMatchObject({ ...MESSAGES[2], position: 3, text: MESSAGES[2].content });
    for (const [query, id] of [
      ["thanks", "m-5"],
      ["bye", "m-6"],
    ] as const) {
      const options = { mode: "keyword", neighbours: false } as const;
      const hits = await memory.searchConversation("w", query, options);
      expect(hits.map((hit) => hit.id)).toEqual([id]);
    }
    expect(await memory.searchSimilar("a", "emails")).toEqual([]);
    expect(await memory.clearSession("w", { longTerm: true })).toMatchObject({
      longTermEntries: 6,
    });
    expect(await memory.searchConversation("w", "emails")).toEqual([]);
  });
});
