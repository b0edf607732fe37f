import { describe, expect, it } from "vitest";
import type {
  CallOptions,
  ClaimChange,
  ClaimOptions,
  ClaimRef,
  Scope,
  ValuesAtOnce,
} from "../src/index.ts";
import { fakeRecords } from "./record-stores.ts";
import { openSessionMemory } from "./session-memory.ts";

const claim = { step: "draft", token: 3 };
const lost = { code: "MEM_CONFLICT", retryable: false };

describe("a claim of a step", () => {
  it("is asked for in milliseconds, by a name of its own, as something that its agent did", async () => {
    const { memory, shortTerm } = openSessionMemory();
    const workflow = await memory.startWorkflow("w");
    const request = { step: "draft", ttlMs: 1500, agentId: "ann", opId: expect.any(String) };
    expect(await workflow.claim("draft", { ttl: 1.5, agentId: "ann" })).toEqual(request);
    expect(shortTerm.tied("claim")).toEqual([
      { epoch: workflow.epoch, activity: "operation", agentId: "ann" },
    ]);
    for (const change of [
      { ...claim, to: "renewed", ttlMs: 2000 },
      { ...claim, to: "done" },
      { ...claim, to: "free" },
    ] as const) {
      expect(await workflow.changeClaim(change)).toEqual(change);
    }
  });

  it.each([
    ["", { ttl: 1 }, "step"],
    ["s", { ttl: 0 }, "options.ttl"],
    ["s", {}, "options.ttl"],
    ["s", { ttl: 1, agent: "ann" }, "options.agent"],
    ["s", undefined, "options"],
  ])("has a step and a time: %j %j has not", async (step, options, path) => {
    const { memory } = openSessionMemory();
    const workflow = await memory.startWorkflow("w");
    await expect(workflow.claim(step, options as ClaimOptions)).rejects.toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
      path,
    });
  });

  it.each([
    [{ step: "s", token: "3", to: "done" }, "change.token"],
    [{ ...claim, to: "over" }, "change.to"],
    [{ ...claim, to: "renewed" }, "change.ttlMs"],
    [undefined, "change"],
  ])("is changed by what names it: %j does not", async (change, path) => {
    const { memory } = openSessionMemory();
    const workflow = await memory.startWorkflow("w");
    await expect(workflow.changeClaim(change as unknown as ClaimChange)).rejects.toMatchObject({
      path,
    });
  });
});

describe("the memory of who holds a claim", () => {
  it("stands on it with each write, and with no read", async () => {
    const { memory, shortTerm } = openSessionMemory();
    const workflow = await memory.startWorkflow("w");
    const { team } = workflow.claimed(claim);
    await team.save("k", 1);
    await team.retrieve("k");
    await team.update("k", () => 2);
    await team.delete("k");
    expect(shortTerm.tied("save").map((session) => session?.claim)).toEqual([claim, claim]);
    expect(shortTerm.tied("delete")[0]?.claim).toEqual(claim);
    expect(shortTerm.tied("get").map((session) => session?.claim)).toEqual([undefined, undefined]);
  });

  it("stands on it also where the backend answers at once", async () => {
    const { memory, shortTerm } = openSessionMemory();
    const workflow = await memory.startWorkflow("w");
    const claims: unknown[] = [];
    const note = (options?: CallOptions): boolean => claims.push(options?.session?.claim) > 0;
    Object.assign(shortTerm, {
      atOnce: {
        get: (_: Scope, __: string, options?: CallOptions) => note(options),
        save: (_: Scope, __: object, options?: CallOptions) => note(options),
      } satisfies ValuesAtOnce,
    });
    const { team } = workflow.claimed(claim);
    await team.save("k", 1);
    await team.retrieve("k");
    expect(claims).toEqual([claim, undefined]);
  });

  it("is refused every write once the claim is lost, and nothing else", async () => {
    const records = fakeRecords();
    const { memory, shortTerm, longTerm } = openSessionMemory({ records });
    const workflow = await memory.startWorkflow("w");
    await workflow.addMessage({ id: "m", role: "user", content: "hello" });
    await workflow.team.save("k", 1);
    const claimed = workflow.claimed(claim);
    const ann = claimed.forAgent("ann");
    shortTerm.lost.add(claim.token);
    const message = { role: "user", content: "late" };
    for (const write of [
      async () => ann.save("k", 2),
      async () => claimed.team.update("k", () => 2),
      async () => claimed.team.delete("k"),
      async () => ann.save("k", 2, { memoryType: "long_term" }),
      async () => ann.delete("k", { memoryType: "long_term" }),
      async () => claimed.addMessage(message),
      async () => claimed.editMessage("m", { content: "late" }),
      async () => claimed.deleteMessage("m"),
      async () => claimed.addRecord("ann", { status: "success" }),
    ]) {
      await expect(write()).rejects.toMatchObject(lost);
    }
    expect(await claimed.team.retrieve("k")).toBe(1);
    expect(await workflow.history()).toMatchObject([{ content: "hello" }]);
    expect(longTerm.entries.size).toBe(0);
    expect(records.stored).toEqual([]);
    expect(await workflow.team.save("k", 3)).toBe(true);
  });

  it("is of a claim", async () => {
    const { memory } = openSessionMemory();
    const workflow = await memory.startWorkflow("w");
    expect(workflow.claimed({ ...claim, isDone: false } as ClaimRef).claim).toEqual(claim);
    expect(() => workflow.claimed({ step: "s" } as ClaimRef)).toThrow(
      expect.objectContaining({ code: "MEM_INVALID_ARGUMENT", path: "claim.token" }),
    );
  });
});
