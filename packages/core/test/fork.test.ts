import { describe, expect, it } from "vitest";
import { MemoryError, type ForkOptions, type Workflow } from "../src/index.ts";
import { openSessionMemory, type SessionMemory } from "./session-memory.ts";

async function open(
  messages: number,
  maxConversationHistory = 10_000,
): Promise<SessionMemory & { readonly workflow: Workflow }> {
  const opened = openSessionMemory({ maxConversationHistory });
  const workflow = await opened.memory.startWorkflow("w");
  for (let i = 1; i <= messages; i++) {
    await workflow.addMessage({ id: `m-${i}`, role: "user", content: i });
  }
  return { ...opened, workflow };
}

describe("a fork", () => {
  it("begins with the same conversation, and goes on by itself", async () => {
    const { workflow } = await open(1200);
    const fork = await workflow.fork("f", { timeout: 60, metadata: { branch: "b" } });
    expect(fork).toMatchObject({ created: true, started: { metadata: { branch: "b" } } });
    expect(await fork.history()).toEqual(await workflow.history());
    await fork.addMessage({ role: "user", content: "only here" });
    await workflow.deleteMessage("m-7");
    expect(await fork.history()).toHaveLength(1201);
    expect(await workflow.history()).toHaveLength(1199);
  });

  it("begins where it is told to", async () => {
    const { workflow } = await open(30);
    await workflow.deleteMessage("m-5");
    const fork = await workflow.fork("f", { through: 20 });
    const history = await fork.history();
    expect(history.map(({ content }) => content)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 1).filter((i) => i !== 5),
    );
    // The positions are the fork's own.
    expect(history.map(({ position }) => position)).toEqual(history.map((_, i) => i + 1));
    expect(await (await workflow.fork("g", { through: 0 })).history()).toEqual([]);
  });

  it("keeps what ties a call to its result, and what an edit said", async () => {
    const { workflow, shortTerm } = await open(0);
    const ties: unknown[] = [];
    const append = shortTerm.append.bind(shortTerm);
    shortTerm.append = async (...args) => {
      ties.push(args[2].map((write) => write.ties));
      return append(...args);
    };
    await workflow.addMessage({ role: "assistant", content: null, toolCalls: [{ id: "c" }] });
    await workflow.addMessage({ id: "r", role: "tool", content: 1, toolCallId: "c" });
    await workflow.editMessage("r", { content: 2 });
    const fork = await workflow.fork("f");
    expect(ties).toEqual([[["c"]], [["c"]], [["c"], ["c"]]]);
    expect(await fork.history()).toEqual(await workflow.history());
    expect(await fork.editMessage("r", { content: 3 })).toMatchObject({ edits: 2 });
  });

  it("has the summary of what is before its messages, and none of what is after them", async () => {
    const { workflow } = await open(30);
    for (let i = 1; i <= 10; i++) await workflow.deleteMessage(`m-${i}`);
    await workflow.keepConversationSummary({ text: "1 to 15", through: 15 });
    expect(await (await workflow.fork("f")).conversationSummary()).toEqual({
      text: "1 to 15",
      through: 5,
    });
    expect(await (await workflow.fork("g", { through: 12 })).conversationSummary()).toBe(undefined);
  });

  it("is kept where it is to be, with what it began with", async () => {
    const { workflow, longTerm } = await open(30);
    const fork = await workflow.fork("f", { keepConversation: true });
    expect(longTerm.values).toEqual(await fork.history());
  });

  it("that can't be filled is ended, and the error is why", async () => {
    const { workflow, memory, shortTerm } = await open(30);
    shortTerm.hook = (method) => {
      if (method === "append") throw new MemoryError("MEM_CAPACITY", "full");
    };
    await expect(workflow.fork("f")).rejects.toMatchObject({ code: "MEM_CAPACITY" });
    shortTerm.hook = () => undefined;
    expect((await memory.startWorkflow("f")).created).toBe(true);
  });

  it("that can't be filled leaves nothing of what was kept of it either", async () => {
    const { workflow, memory, longTerm } = await open(1200);
    const earlier = await memory.startWorkflow("f", { keepConversation: true });
    await earlier.addMessage({ role: "user", content: "of a lifetime before" });
    await earlier.end();
    let saves = 0;
    longTerm.hook = (method) => {
      if (method === "save" && ++saves === 3) throw new MemoryError("MEM_CAPACITY", "full");
    };
    const fork = workflow.fork("f", { keepConversation: true });
    await expect(fork).rejects.toMatchObject({ code: "MEM_CAPACITY" });
    expect(saves).toBe(3);
    expect(longTerm.values).toMatchObject([{ content: "of a lifetime before" }]);
  });

  it("can't be what is live already", async () => {
    const { workflow } = await open(1);
    for (const [id, options, code] of [
      ["w", {}, "MEM_SESSION_EXISTS"],
      ["", {}, "MEM_INVALID_ARGUMENT"],
      ["f", { join: "if-exists" } as ForkOptions, "MEM_INVALID_ARGUMENT"],
      ["f", { through: 1.5 }, "MEM_INVALID_ARGUMENT"],
    ] as const) {
      await expect(workflow.fork(id, options)).rejects.toMatchObject({ code });
    }
  });

  it("reads large messages a few at a time", async () => {
    const { workflow, shortTerm } = await open(0);
    for (let i = 0; i < 40; i++) {
      await workflow.addMessage({ role: "user", content: "x".repeat(500_000) });
    }
    const sizes: number[] = [];
    const append = shortTerm.append.bind(shortTerm);
    shortTerm.append = async (...args) => {
      sizes.push(args[2].length);
      return append(...args);
    };
    const fork = await workflow.fork("f");
    expect(await fork.history()).toHaveLength(40);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(16);
    expect(sizes.length).toBeGreaterThan(12);
  });
});
