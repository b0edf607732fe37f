import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryError, type Workflow } from "../src/index.ts";
import { openSessionMemory, type SessionMemory } from "./session-memory.ts";

async function open(
  options: { readonly keepConversation?: boolean } = {},
): Promise<SessionMemory & { readonly workflow: Workflow }> {
  const opened = openSessionMemory();
  const workflow = await opened.memory.startWorkflow("w", options);
  await workflow.addMessage({ id: "m", role: "user", content: "helo", metadata: { round: 1 } });
  return { ...opened, workflow };
}

describe("an edited message", () => {
  it("says what it says now, how often it was edited, and when", async () => {
    const { workflow } = await open();
    const edited = await workflow.editMessage("m", { content: "hello" });
    expect(edited).toEqual({
      id: "m",
      position: 1,
      timestamp: 1000,
      role: "user",
      content: "hello",
      metadata: { round: 1 },
      edits: 1,
      editedAt: 1_000_000,
    });
    await workflow.editMessage("m", { metadata: {} });
    expect(await workflow.history()).toEqual([{ ...edited, metadata: {}, edits: 2 }]);
  });

  it("says nothing of edits as long as there are none", async () => {
    const { workflow } = await open();
    const [message] = await workflow.history();
    expect(Object.keys(message ?? {})).not.toContain("edits");
  });

  it("has every change that members make at the same time", async () => {
    const { workflow, shortTerm } = await open();
    let others = 3;
    shortTerm.hook = async (method) => {
      if (method === "edit" && others-- > 0) {
        await workflow.editMessage("m", { metadata: { round: others } });
      }
    };
    await workflow.editMessage("m", { content: "hello" });
    expect(await workflow.history()).toMatchObject([
      { content: "hello", edits: 4, metadata: { round: 2 } },
    ]);
  });

  it("has to be there", async () => {
    const { workflow, shortTerm } = await open();
    const nothing = { code: "MEM_NOT_FOUND" };
    await expect(workflow.editMessage("x", { content: "" })).rejects.toMatchObject(nothing);
    shortTerm.hook = (method) => {
      if (method === "edit") shortTerm.log("w").length = 0;
    };
    await expect(workflow.editMessage("m", { content: "" })).rejects.toMatchObject(nothing);
  });

  it.each([
    [{}, "change"],
    [{ contents: "x" }, "change.contents"],
    [{ metadata: "x" }, "change.metadata"],
    [undefined, "change"],
  ])("is changed by what says a change: %j does not", async (change, path) => {
    const { workflow } = await open();
    await expect(workflow.editMessage("m", change as never)).rejects.toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
      path,
    });
  });
});

describe("a deleted message", () => {
  it("is gone, once", async () => {
    const { workflow } = await open();
    expect(await workflow.deleteMessage("m")).toBe(true);
    expect(await workflow.deleteMessage("m")).toBe(false);
    expect(await workflow.history()).toEqual([]);
  });

  it("is gone from what is kept, also when the conversation has dropped it", async () => {
    const { workflow, shortTerm, longTerm } = await open({ keepConversation: true });
    expect(longTerm.values).toMatchObject([{ content: "helo" }]);
    shortTerm.log("w").length = 0;
    expect(await workflow.deleteMessage("m")).toBe(true);
    expect(longTerm.values).toEqual([]);
  });

  it("that may be kept still says so, and is deleted when it is asked again", async () => {
    const { workflow, longTerm } = await open({ keepConversation: true });
    longTerm.hook = () => {
      throw new MemoryError("MEM_UNAVAILABLE", "down");
    };
    await expect(workflow.deleteMessage("m")).rejects.toMatchObject({
      code: "MEM_UNAVAILABLE",
      outcome: "unknown",
    });
    longTerm.hook = () => undefined;
    expect(await workflow.deleteMessage("m")).toBe(true);
    expect(longTerm.values).toEqual([]);
  });
});

describe("what is kept of a message", () => {
  it("is its last edit, in whatever order the edits are kept", async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const { workflow, longTerm } = await open({ keepConversation: true });
        const wait = scheduler.scheduleFunction(async () => undefined);
        longTerm.hook = wait;
        const edits = ["a", "b", "c"].map((content) => workflow.editMessage("m", { content }));
        await scheduler.waitFor(Promise.all(edits));
        longTerm.hook = () => undefined;
        expect(longTerm.values).toEqual(await workflow.history());
      }),
      { numRuns: 50 },
    );
  });

  it("is the edit also where that is kept before the message is", async () => {
    const { workflow, shortTerm, longTerm } = await open({ keepConversation: true });
    let first = true;
    longTerm.hook = async (method) => {
      if (method !== "save" || !first) return;
      first = false;
      await workflow.editMessage("n", { content: "better" });
    };
    await workflow.addMessage({ id: "n", role: "user", content: "worse" });
    expect(shortTerm.log("w").at(-1)?.value).toMatchObject({ content: "better" });
    expect(longTerm.values).toMatchObject([{ content: "helo" }, { content: "better" }]);
  });

  it("is nothing where it was deleted while an edit was kept", async () => {
    const { workflow, longTerm } = await open({ keepConversation: true });
    longTerm.entries.clear();
    longTerm.hook = async (method) => {
      if (method !== "get") return;
      longTerm.hook = () => undefined;
      await workflow.deleteMessage("m");
    };
    await workflow.editMessage("m", { content: "hello" });
    expect(longTerm.values).toEqual([]);
  });

  it("is what its id names now, also where the one before it was left among what is kept", async () => {
    const { workflow, shortTerm, longTerm } = await open({ keepConversation: true });
    const anew = { id: "m", role: "user", content: "another" };
    // The conversation has dropped the first `m`; the second can't be removed from long-term memory.
    await workflow.addMessage({ ...anew, id: "last" });
    shortTerm.log("w").shift();
    await workflow.addMessage(anew);
    expect(longTerm.values).toContainEqual((await workflow.history()).at(-1));

    await workflow.editMessage("m", { content: "edited" });
    longTerm.hook = (method) => {
      if (method === "delete") throw new MemoryError("MEM_UNAVAILABLE", "down");
    };
    await expect(workflow.deleteMessage("m")).rejects.toMatchObject({ outcome: "unknown" });
    await workflow.addMessage({ ...anew, content: "the third" });
    expect(longTerm.values).toContainEqual((await workflow.history()).at(-1));
    expect(longTerm.values).toHaveLength(2);
  });

  it("is no late edit of one that was deleted and added anew meanwhile", async () => {
    const { workflow, longTerm } = await open({ keepConversation: true });
    longTerm.hook = async () => {
      longTerm.hook = () => undefined;
      await workflow.deleteMessage("m");
      await workflow.addMessage({ id: "m", role: "user", content: "anew" });
    };
    await workflow.editMessage("m", { content: "late" });
    expect(longTerm.values).toEqual(await workflow.history());
  });

  it.each(["edited", "deleted", "added again"])(
    "is one, also where it is %s in a later lifetime that found it in the conversation",
    async (how) => {
      const { memory, workflow, longTerm } = await open({ keepConversation: true });
      await workflow.addMessage({ id: "n", role: "user", content: "not this" });
      await workflow.end({ keepData: true });
      const next = await memory.startWorkflow("w", { keepConversation: true });
      if (how === "edited") await next.editMessage("m", { content: "hello" });
      if (how === "deleted") expect(await next.deleteMessage("m")).toBe(true);
      if (how === "added again") await next.addMessage({ id: "m", role: "user", content: "helo" });
      expect(longTerm.values).toEqual(await next.history());
    },
  );
});
