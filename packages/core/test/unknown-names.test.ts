import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AgentMemory, MemoryManager, Workflow } from "../src/index.ts";
import { fakeRecords } from "./record-stores.ts";
import { openSessionMemory } from "./session-memory.ts";

const open = async () => {
  const records = fakeRecords();
  const { memory, shortTerm } = openSessionMemory({ records });
  const workflow = await memory.startWorkflow("w");
  return { memory, shortTerm, records, workflow };
};

const score = (): never => {
  throw new Error("unused");
};

const ofAgent: [string, (agent: AgentMemory, options: never) => unknown][] = [
  ["save", (agent, options) => agent.save("k", 1, options)],
  ["retrieve", (agent, options) => agent.retrieve("k", options)],
  ["retrieveEntry", (agent, options) => agent.retrieveEntry("k", options)],
  ["update", (agent, options) => agent.update("k", () => 1, options)],
  ["increment", (agent, options) => agent.increment("k", 1, options)],
  ["delete", (agent, options) => agent.delete("k", options)],
  ["saveMany", (agent, options) => agent.saveMany([], options)],
  ["retrieveMany", (agent, options) => agent.retrieveMany([], options)],
  ["deleteMany", (agent, options) => agent.deleteMany([], options)],
  ["list", (agent, options) => agent.list(options)],
  ["list().page", (agent, options) => agent.list().page(options)],
  ["history", (agent, options) => agent.history("k", options)],
  ["search", (agent, options) => agent.search("words", options)],
];

const ofMemory: [string, (memory: MemoryManager, options: never) => unknown][] = [
  ["save", (memory, options) => memory.save("a", "k", 1, options)],
  ["retrieve", (memory, options) => memory.retrieve("a", "k", options)],
  ["erase", (memory, options) => memory.erase({ subject: "s" }, options)],
  ["searchSimilar", (memory, options) => memory.searchSimilar("a", "words", options)],
  [
    "addConversationMessage",
    (memory, options) => memory.addConversationMessage("w", { role: "user", content: "" }, options),
  ],
  ["getConversationHistory", (memory, options) => memory.getConversationHistory("w", options)],
  ["searchConversation", (memory, options) => memory.searchConversation("w", "words", options)],
  [
    "saveExecutionRecord",
    (memory, options) => memory.saveExecutionRecord("a", { status: "success" }, options),
  ],
  ["getExecutionRecords", (memory, options) => memory.getExecutionRecords(options)],
  ["getExecutionStats", (memory, options) => memory.getExecutionStats(options)],
  ["startWorkflow", (memory, options) => memory.startWorkflow("other", options)],
  ["listSessions", (memory, options) => memory.listSessions(options)],
  ["clearSession", (memory, options) => memory.clearSession("w", options)],
  ["getStats", (memory, options) => memory.getStats(options)],
  ["verify", (memory, options) => memory.verify(options)],
  ["reembed", (memory, options) => memory.reembed({} as never, options)],
];

const ofWorkflow: [string, (workflow: Workflow, options: never) => unknown][] = [
  ["history", (workflow, options) => workflow.history(options)],
  [
    "searchConversation",
    (workflow, options) => workflow.searchConversation("words", options, score),
  ],
  ["fork", (workflow, options) => workflow.fork("other", options)],
  ["claim", (workflow, options) => workflow.claim("step", options)],
  ["watch", (workflow, options) => workflow.watch(options)],
  ["promote", (workflow, options) => workflow.promote("a", "k", options)],
  ["end", (workflow, options) => workflow.end(options)],
];

type Opened = Awaited<ReturnType<typeof open>>;
const calls: [string, (opened: Opened, options: never) => unknown][] = [
  ...ofAgent.map(([name, call]): (typeof calls)[number] => [
    `forAgent().${name}`,
    ({ memory }, options) => call(memory.forAgent("a"), options),
  ]),
  ...ofMemory.map(([name, call]): (typeof calls)[number] => [
    `memory.${name}`,
    ({ memory }, options) => call(memory, options),
  ]),
  ...ofWorkflow.map(([name, call]): (typeof calls)[number] => [
    `workflow.${name}`,
    ({ workflow }, options) => call(workflow, options),
  ]),
];

describe("options", () => {
  describe.each(calls)("of %s", (_, call) => {
    it.each<[string, unknown, string]>([
      ["with a name that nobody reads", { agentID: "b" }, "options.agentID"],
      ["with one that is there and undefined", { sginal: undefined }, "options.sginal"],
      ["with one that every object has", { toString: 1 }, "options.toString"],
      ["that are null", null, "options"],
      ["that are another argument", "short_term", "options"],
      ["that are an array", [], "options"],
      ["that are a signal", new AbortController().signal, "options.aborted"],
    ])("are refused %s", async (__, options, path) => {
      const opened = await open();
      const before = opened.shortTerm.calls.length;
      const calling = (async () => call(opened, options as never))();
      await expect(calling).rejects.toMatchObject({ code: "MEM_INVALID_ARGUMENT", path });
      expect(opened.shortTerm.calls).toHaveLength(before);
    });
  });

  it("name what there is", async () => {
    const { memory } = await open();
    await expect(memory.getStats({ singal: 1 } as never)).rejects.toThrow(
      "options.singal is not an option; there are signal",
    );
  });

  it("that have to be there are said to be missing", async () => {
    const { workflow } = await open();
    await expect(workflow.claim("step", undefined as never)).rejects.toThrow(
      /options must be given$/,
    );
    expect(() => workflow.watch(undefined as never)).toThrow(/options must be given$/);
  });
});

describe("what is to be stored or to go", () => {
  it.each<[string, (opened: Opened) => unknown, string]>([
    [
      "an item",
      ({ memory }) => memory.saveMany("a", [{ key: "k", value: 1, ifAbsend: true } as never]),
      "items[0].ifAbsend",
    ],
    ["no item", ({ memory }) => memory.saveMany("a", [null as never]), "items[0]"],
    [
      "a match",
      ({ memory }) => memory.deleteMany("a", { prefix: "p", dryrun: true } as never),
      "what.dryrun",
    ],
    [
      "a message",
      ({ memory }) =>
        memory.addConversationMessage("w", {
          role: "assistant",
          content: "",
          tool_calls: [],
        } as never),
      "message.tool_calls",
    ],
    [
      "a member's message",
      ({ workflow }) => workflow.addMessage({ role: "user", content: "", time: 1 } as never),
      "message.time",
    ],
    [
      "a change of one",
      ({ workflow }) => workflow.editMessage("m", { contents: "" } as never),
      "change.contents",
    ],
    [
      "a record",
      ({ memory }) =>
        memory.saveExecutionRecord("a", { status: "success", durationMS: 5 } as never),
      "record.durationMS",
    ],
    [
      "a member's record",
      ({ workflow }) => workflow.addRecord("a", { status: "success", user: "u" } as never),
      "record.user",
    ],
    ["an erasure", ({ memory }) => memory.erase({ person: "p" } as never), "what.person"],
  ])("is refused with a name that nobody reads: %s", async (_, call, path) => {
    const opened = await open();
    const before = opened.shortTerm.calls.length;
    const calling = (async () => call(opened))();
    await expect(calling).rejects.toMatchObject({ code: "MEM_INVALID_ARGUMENT", path });
    expect(opened.shortTerm.calls).toHaveLength(before);
    expect(opened.records.stored).toEqual([]);
  });

  it("names every way to say what is to be erased", async () => {
    const { memory } = await open();
    await expect(memory.erase({ person: "p" } as never)).rejects.toThrow(
      /there are agentId, workflowId, key, recordId, subject$/,
    );
  });
});

describe("what somebody has added to every object", () => {
  beforeEach(() => void Object.assign(Object.prototype, { polluted: true }));
  afterEach(() => void Reflect.deleteProperty(Object.prototype, "polluted"));

  it("is no option and no field", async () => {
    const { memory, workflow } = await open();
    const { role, content } = await workflow.addMessage({ role: "user", content: "hello" });
    expect({ role, content }).toEqual({ role: "user", content: "hello" });
    expect(await memory.save("a", "k", 1, { ttl: 60 })).toBe(true);
  });
});

describe("what was read", () => {
  it("may be handed in again as a message, which gets a place and a time of its own", async () => {
    const { workflow } = await open();
    await workflow.addMessage({ id: "m", role: "user", content: "one", agentId: "a" });
    const read = await workflow.editMessage("m", { content: "two" });
    const other = { ...read, id: "n" };
    expect(await workflow.addMessage(other)).toEqual({
      id: "n",
      position: 2,
      timestamp: expect.any(Number),
      role: "user",
      content: "two",
      agentId: "a",
    });
  });

  it("may be handed in again as a record, of whoever hands it in", async () => {
    const { memory, records } = await open();
    await memory.saveExecutionRecord("a", { status: "success", workflowId: "w" });
    const [read] = records.stored;
    await memory.forTenant("t").saveExecutionRecord("b", read as never);
    expect(records.stored[1]).toEqual({ ...read, tenantId: "t", agentId: "b" });
  });
});
