import { describe, expect, it } from "vitest";
import type { Workflow } from "../src/index.ts";
import { place } from "./entry-place.ts";
import { openSessionMemory, type SessionMemory } from "./session-memory.ts";

const said = { metadata: { quarter: 1 }, subject: "person:7" };

async function open(): Promise<SessionMemory & { readonly workflow: Workflow }> {
  const opened = openSessionMemory({ tenantId: "a:b" });
  const workflow = await opened.memory.startWorkflow("spring/1");
  await workflow.forAgent("ann").save("plan", { goal: "more" }, said);
  return { ...opened, workflow };
}

const own = (key: string): string => place({ tenantId: "a:b", agentId: "ann" }, key);

describe("what is promoted", () => {
  it("is in the agent's long-term memory, outside the workflow, with where it comes from", async () => {
    const { workflow, longTerm, shortTerm } = await open();
    await workflow.promote("ann", "plan");
    expect([...longTerm.entries.keys()]).toEqual([own("plan")]);
    expect(longTerm.entries.get(own("plan"))).toMatchObject({
      key: "plan",
      value: { goal: "more" },
      text: "goal: more",
      metadata: { quarter: 1 },
      subject: "person:7",
      source: "promotion",
      derivedFrom: ["a%3Ab:spring%2F1:ann:plan"],
    });
    expect(shortTerm.tied("get")).toEqual([
      { epoch: workflow.epoch, activity: "operation", agentId: "ann" },
    ]);
  });

  it("may have another key, text, metadata and subject there", async () => {
    const { workflow, longTerm } = await open();
    const other = { text: "the plan", metadata: { year: 2026 }, subject: "person:8" };
    await workflow.promote("ann", "plan", { as: "plan 2026", ...other });
    expect(longTerm.entries.get(own("plan 2026"))).toMatchObject({ ...other, key: "plan 2026" });
  });

  it("is stored once, and again when it has changed or is to say something else", async () => {
    const { workflow, longTerm } = await open();
    const version = (): string | undefined => longTerm.entries.get(own("plan"))?.version;
    await workflow.promote("ann", "plan");
    const first = version();
    await workflow.promote("ann", "plan");
    expect(version()).toBe(first);
    await workflow.promote("ann", "plan", { metadata: {} });
    const second = version();
    expect(second).not.toBe(first);
    await workflow.forAgent("ann").save("plan", { goal: "more" }, said);
    await workflow.promote("ann", "plan", { metadata: {} });
    expect(version()).not.toBe(second);
  });

  it("has to be there, and the session has to live", async () => {
    const { workflow, longTerm } = await open();
    for (const [agentId, key] of [
      ["ann", "draft"],
      ["bob", "plan"],
    ] as const) {
      await expect(workflow.promote(agentId, key)).rejects.toMatchObject({
        code: "MEM_NOT_FOUND",
        path: "key",
      });
    }
    await workflow.end();
    await expect(workflow.promote("ann", "plan")).rejects.toMatchObject({
      code: "MEM_SESSION_ENDED",
    });
    expect(longTerm.entries.size).toBe(0);
  });

  it.each([
    [{ as: "" }, "options.as"],
    [{ text: 7 }, "options.text"],
    [{ metadata: 7 }, "options.metadata"],
    [{ subject: "" }, "options.subject"],
    [{ ttl: 7 }, "options.ttl"],
  ])("is refused with %j", async (options, path) => {
    const { workflow } = await open();
    const promoting = workflow.promote("ann", "plan", options as object);
    await expect(promoting).rejects.toMatchObject({ code: "MEM_INVALID_ARGUMENT", path });
  });
});
