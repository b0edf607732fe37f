import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryBackend } from "@mem/backend-memory";
import { MemoryManager, type ExecutionRecord } from "@mem/core";
import { createJsonlRecords } from "@mem/records-jsonl";
import { createSession } from "@mem/session";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BaseAgent, type RunContext } from "../src/index.ts";

class Writer extends BaseAgent<{ topic: string }, { words: number }> {
  protected override async run(
    input: { topic: string },
    { signal }: RunContext,
  ): Promise<{ words: number }> {
    signal?.throwIfAborted();
    if (input.topic === "") throw new TypeError("nothing to write about");
    await this.saveToMemory("last-topic", input.topic);
    const text = await this.retrieveFromMemory("last-topic");
    return { words: typeof text === "string" ? text.split(" ").length : 0 };
  }
}

let folder: string;
let memory: MemoryManager;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mem-agent-"));
  memory = new MemoryManager({
    shortTerm: createMemoryBackend(),
    records: createJsonlRecords({ dir: folder }),
  });
});
afterEach(async () => {
  await memory.close();
  await rm(folder, { recursive: true });
});

async function trail(): Promise<ExecutionRecord[]> {
  const records = [];
  for await (const record of memory.getExecutionRecords({ order: "oldest" })) records.push(record);
  return records;
}

describe("an agent's run", () => {
  it("is recorded from start to success, under one run id", async () => {
    const agent = new Writer({ agentId: "writer", home: memory });
    expect(await agent.execute({ topic: "spring sale" }, { metadata: { brief: 7 } })).toEqual({
      words: 2,
    });
    const [started, ended] = await trail();
    expect(started).toMatchObject({
      agentId: "writer",
      status: "started",
      input: { topic: "spring sale" },
      metadata: { brief: 7 },
    });
    expect(ended).toMatchObject({
      status: "success",
      output: { words: 2 },
      durationMs: expect.any(Number),
    });
    expect(ended?.metadata?.["runId"]).toBe(started?.metadata?.["runId"]);
  });

  it("that throws is recorded with its error, and throws it", async () => {
    const agent = new Writer({ agentId: "writer", home: memory });
    await expect(agent.execute({ topic: "" })).rejects.toThrow("nothing to write about");
    expect((await trail())[1]).toMatchObject({
      status: "error",
      error: { name: "TypeError", message: "nothing to write about" },
    });
  });

  it("is refused before it begins where its input can't be recorded", async () => {
    const agent = new Writer({ agentId: "writer", home: memory });
    const input = { topic: "x", at: new Date() };
    await expect(agent.execute(input)).rejects.toMatchObject({
      code: "MEM_NOT_JSON",
      path: "record.input.at",
    });
    expect(await agent.memory.retrieve("last-topic")).toBeUndefined();
  });

  it("whose output can't be recorded ends with an error, and that is recorded", async () => {
    class Dated extends BaseAgent<void, Date> {
      protected override async run(): Promise<Date> {
        return new Date();
      }
    }
    const agent = new Dated({ agentId: "dated", home: memory });
    await expect(agent.execute(undefined)).rejects.toMatchObject({ code: "MEM_NOT_JSON" });
    expect((await trail()).map(({ status }) => status)).toEqual(["started", "error"]);
  });

  it("works without an audit trail where the memory has none", async () => {
    await using bare = new MemoryManager({ shortTerm: createMemoryBackend() });
    const agent = new Writer({ agentId: "writer", home: bare });
    expect(await agent.execute({ topic: "spring" })).toEqual({ words: 1 });
  });
});

describe("an agent in a session", () => {
  it("keeps its memory and its records there", async () => {
    await using session = await createSession({ memory, workflowId: "spring" });
    const agent = new Writer({ agentId: "writer", home: session });
    await agent.execute({ topic: "spring" });
    expect(await session.retrieveAgentMemory("writer", "last-topic")).toBe("spring");
    expect(await memory.retrieve("writer", "last-topic")).toBeUndefined();
    expect((await trail()).map(({ workflowId }) => workflowId)).toEqual(["spring", "spring"]);
    expect(await session.getSessionSummary()).toMatchObject({ records: 2, operations: 3 });
  });
});
