import { describe, expect, it } from "vitest";
import { fakeRecords } from "./record-stores.ts";
import { openSessionMemory } from "./session-memory.ts";

const open = (): ReturnType<typeof openSessionMemory> =>
  openSessionMemory({ records: fakeRecords() });

describe("what the members of a workflow agree on", () => {
  it("is up to who starts it, and known to who joins it", async () => {
    const { memory } = open();
    const metadata = { brief: 7 };
    const settings = { recordAs: "team", keepConversation: true };
    const first = await memory.startWorkflow("w", { metadata, ...settings });
    const joined = await memory.startWorkflow("w", { join: "must-exist" });
    for (const workflow of [first, joined]) {
      expect(workflow).toMatchObject({ recordAs: "team", keepsConversation: true });
      expect(workflow.started.metadata).toEqual(metadata);
      expect((await workflow.state()).metadata).toEqual(metadata);
    }
    expect((await memory.startWorkflow("plain")).recordAs).toBeUndefined();
  });

  it.each([
    [{ recordAs: "team" }, { recordAs: "another" }, "options.recordAs"],
    [{}, { recordAs: "team" }, "options.recordAs"],
    [{ keepConversation: true }, { keepConversation: false }, "options.keepConversation"],
  ])("is nothing to disagree about: %j, then %j", async (first, second, path) => {
    const { memory } = open();
    await memory.startWorkflow("w", first);
    await expect(memory.startWorkflow("w", { ...second, join: "if-exists" })).rejects.toMatchObject(
      { code: "MEM_CONFLICT", retryable: false, path },
    );
    await memory.startWorkflow("w", { ...first, join: "must-exist" });
  });

  it("needs a record store where it is recorded, of who joins as well", async () => {
    const bare = openSessionMemory();
    await expect(bare.memory.startWorkflow("w", { recordAs: "team" })).rejects.toMatchObject({
      code: "MEM_NOT_CONFIGURED",
    });
    expect(bare.shortTerm.live.size).toBe(0);
    const recording = open();
    await recording.memory.startWorkflow("w", { recordAs: "team" });
    for (const [id, started] of recording.shortTerm.live) bare.shortTerm.live.set(id, started);
    await expect(bare.memory.startWorkflow("w", { join: "if-exists" })).rejects.toMatchObject({
      code: "MEM_NOT_CONFIGURED",
    });
  });

  it.each(["mem:recordAs", "mem:keepConversation"])("is no metadata: %s", async (name) => {
    const { memory } = open();
    await expect(memory.startWorkflow("w", { metadata: { [name]: "x" } })).rejects.toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
      path: `options.metadata.${name}`,
    });
  });

  it("names an agent", async () => {
    await expect(open().memory.startWorkflow("w", { recordAs: "" })).rejects.toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
      path: "options.recordAs",
    });
  });
});
