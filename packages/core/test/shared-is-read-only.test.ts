import { describe, expect, it } from "vitest";
import { where, type AgentMemory } from "../src/index.ts";
import { hit, openAsked } from "./asked-memory.ts";

/** The types don't allow `"shared"` in writes; a caller that casts is refused all the same. */
const shared = { memoryType: "shared" as never };

const CHANGES: Readonly<Record<string, (agent: AgentMemory) => Promise<unknown>>> = {
  save: async (agent) => agent.save("voice.md", "ours now", shared),
  "save where there is nothing": async (agent) =>
    agent.save("new.md", "ours", { ...shared, ifAbsent: true }),
  "save what is new": async (agent) => agent.save("new.md", "ours", { ...shared, ifNew: true }),
  update: async (agent) => agent.update("voice.md", () => "ours now", shared),
  increment: async (agent) => agent.increment("visits", 1, shared),
  delete: async (agent) => agent.delete("voice.md", shared),
  "delete of a version": async (agent) => agent.delete("voice.md", { ...shared, ifVersion: "1" }),
  saveMany: async (agent) => agent.saveMany([{ key: "voice.md", value: 1 }], shared),
  "saveMany of nothing": async (agent) => agent.saveMany([], shared),
  "deleteMany of keys": async (agent) => agent.deleteMany(["voice.md"], shared),
  "deleteMany of a prefix": async (agent) => agent.deleteMany({ prefix: "voice" }, shared),
  "deleteMany of a filter": async (agent) =>
    agent.deleteMany({ filter: where.exists("document") }, shared),
  "deleteMany, only tried": async (agent) =>
    agent.deleteMany({ prefix: "voice", dryRun: true }, shared),
};

describe("shared knowledge", () => {
  it.each(Object.entries(CHANGES))("can't be changed by %s", async (_, change) => {
    const { memory, asked } = openAsked({ shortTerm: { startWorkflow: started } });
    const workflow = await memory.startWorkflow("w");
    asked.length = 0;
    const agents = [
      memory.forAgent("ann"),
      memory.forTenant("acme").forAgent("ann"),
      workflow.forAgent("ann"),
      workflow.team,
    ];
    for (const agent of agents) {
      await expect(change(agent)).rejects.toMatchObject({
        code: "MEM_READ_ONLY",
        outcome: "not-applied",
      });
    }
    expect(asked).toEqual([]);
  });

  it("can't be changed by the manager's verbs, which name the agent", async () => {
    const { memory, asked } = openAsked();
    const calls = [
      memory.save("ann", "voice.md", 1, shared),
      memory.update("ann", "voice.md", () => 1, shared),
      memory.increment("ann", "visits", 1, shared),
      memory.delete("ann", "voice.md", shared),
      memory.saveMany("ann", [{ key: "voice.md", value: 1 }], shared),
      memory.deleteMany("ann", ["voice.md"], shared),
    ];
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: "MEM_READ_ONLY" });
    expect(asked).toEqual([]);
  });

  it("is not reached by what goes to long-term memory alone: erasing, history, what a search names", async () => {
    const { memory, asked } = openAsked({
      longTerm: { erase: () => ({}), clearWorkflow: () => 0 },
      shortTerm: { endWorkflow: () => undefined },
    });
    await memory.erase({ agentId: "documents", key: "voice.md" });
    await memory.clearSession("w", { longTerm: true });
    await memory.searchSimilar("documents", "voice", { agentIds: ["documents", "passages"] });
    expect(asked.filter(({ backend }) => backend === "knowledge")).toEqual([]);
  });

  it("can't be changed by options that say one thing first and another then", async () => {
    const { memory, asked } = openAsked();
    const said = ["long_term", "shared", "shared", "shared"];
    const options = {
      get memoryType() {
        return said.shift() ?? "shared";
      },
    } as never;
    await memory.delete("ann", "voice.md", options);
    expect(asked.map(({ backend }) => backend)).toEqual(["longTerm"]);
  });

  it("shows agents nothing that could be written with", async () => {
    const { memory } = openAsked({ knowledge: { search: () => [hit("voice.md#1", 1)] } });
    const [found] = await memory.searchSimilar("ann", "voice", { memoryType: "shared" });
    expect(Object.values(found ?? {}).filter((each) => typeof each === "function")).toEqual([]);
    for (const handle of [memory.forAgent("ann"), memory]) {
      expect(Object.values(handle).filter((each) => typeof each === "object")).toEqual([]);
    }
  });
});

function started(): object {
  return {
    workflowId: "w",
    epoch: "1",
    created: true,
    startedAt: 0,
    expiresAt: 1,
    timeoutMs: 1,
    metadata: {},
    activity: [],
  };
}
