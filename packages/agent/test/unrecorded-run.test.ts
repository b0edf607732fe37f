import { MemoryError, redactSecrets, type RecordStore } from "@mem/core";
import { createSession } from "@mem/session";
import { describe, expect, it } from "vitest";
import { BaseAgent, type AgentHome } from "../src/index.ts";
import { openMemory } from "./memory.ts";

class Sender extends BaseAgent<string, string> {
  sent = 0;
  protected override async run(to: string): Promise<string> {
    this.sent += 1;
    return `sent to ${to}`;
  }
}

/** Stores the start of a run, and has no room for its end. */
function fullAtTheEnd(records: RecordStore): RecordStore {
  const append = records.append.bind(records);
  return Object.assign(records, {
    append: (async (batch, options) => {
      if (batch[0]?.status === "started") return append(batch, options);
      throw new MemoryError("MEM_CAPACITY", "the disk is full");
    }) satisfies RecordStore["append"],
  });
}

describe("a run that succeeded and can't be recorded", () => {
  it("rejects with the store's code, and says that the run has happened", async () => {
    await using home = await openMemory(fullAtTheEnd);
    const agent = new Sender({ agentId: "sender", home: home.memory });
    await expect(agent.execute("Anna")).rejects.toMatchObject({
      code: "MEM_CAPACITY",
      outcome: "applied",
      retryable: false,
      message: "the run succeeded, but that is not recorded: the disk is full",
      cause: { code: "MEM_CAPACITY" },
    });
    expect(agent.sent).toBe(1);
    expect((await home.trail()).map(({ status }) => status)).toEqual(["started"]);
  });

  it("rejects so as well where the session has ended meanwhile", async () => {
    await using home = await openMemory();
    const session = await createSession({ memory: home.memory });
    class Last extends BaseAgent<void, string> {
      protected override async run(): Promise<string> {
        await session.endSession();
        return "done";
      }
    }
    const agent = new Last({ agentId: "last", home: session });
    await expect(agent.execute()).rejects.toMatchObject({
      code: "MEM_SESSION_ENDED",
      outcome: "applied",
    });
  });

  it("rejects with MEM_UNAVAILABLE where the home has errors of its own", async () => {
    await using home = await openMemory();
    const own: AgentHome = {
      forAgent: (agentId) => home.memory.forAgent(agentId),
      async saveExecutionRecord(_, { status }) {
        if (status === "success") throw new Error("no");
        return "id";
      },
    };
    await expect(new Sender({ agentId: "sender", home: own }).execute("x")).rejects.toMatchObject({
      code: "MEM_UNAVAILABLE",
      cause: { message: "no" },
    });
  });
});

describe("what a run's records hold", () => {
  it("is redacted like any record", async () => {
    await using home = await openMemory((records) => records, { redact: redactSecrets() });
    await new Sender({ agentId: "sender", home: home.memory }).execute("anna@example.com");
    expect((await home.trail()).map(({ input, output }) => input ?? output)).toEqual([
      "[redacted e-mail address]",
      "sent to [redacted e-mail address]",
    ]);
  });

  it("is about the person that is named", async () => {
    await using home = await openMemory();
    const agent = new Sender({ agentId: "sender", home: home.memory });
    await agent.execute("Anna", { subject: "person:1" });
    expect((await home.trail()).map(({ subject }) => subject)).toEqual(["person:1", "person:1"]);
    await expect(agent.execute("Anna", { subject: "" })).rejects.toMatchObject({
      path: "record.subject",
    });
    expect(agent.sent).toBe(1);
    expect(await home.memory.erase({ subject: "person:1" })).toMatchObject({ records: 2 });
    expect(await home.trail()).toEqual([]);
  });

  it("tells how long the run took, without its records", async () => {
    await using home = await openMemory();
    class Slow extends BaseAgent<void, number> {
      protected override async run(): Promise<number> {
        const begun = performance.now();
        while (performance.now() - begun < 20) await new Promise(setImmediate);
        return performance.now() - begun;
      }
    }
    const took = await new Slow({ agentId: "slow", home: home.memory }).execute();
    const [, ended] = await home.trail();
    expect(Number.isInteger(ended?.durationMs)).toBe(true);
    expect(ended?.durationMs).toBeGreaterThanOrEqual(Math.floor(took));
  });
});

describe("an agent that runs another one in a session", () => {
  it("is recorded around it, each under its own name", async () => {
    await using home = await openMemory();
    await using session = await createSession({ memory: home.memory, workflowId: "spring" });
    const inner = new Sender({ agentId: "sender", home: session });
    class Lead extends BaseAgent<string, string> {
      protected override async run(to: string): Promise<string> {
        return inner.execute(to);
      }
    }
    await new Lead({ agentId: "lead", home: session }).execute("Anna");
    const trail = await Promise.all(
      ["lead", "sender"].map((agentId) =>
        Array.fromAsync(home.memory.getExecutionRecords({ agentId, order: "oldest" })),
      ),
    );
    for (const records of trail) {
      expect(records.map(({ status, workflowId }) => [status, workflowId])).toEqual([
        ["started", "spring"],
        ["success", "spring"],
      ]);
      expect(new Set(records.map(({ metadata }) => metadata?.["runId"])).size).toBe(1);
    }
    const [lead, sender] = trail.map(([, ended]) => ended?.durationMs ?? 0) as [number, number];
    expect(lead).toBeGreaterThanOrEqual(sender);
  });
});
