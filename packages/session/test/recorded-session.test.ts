import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryBackend } from "@mem/backend-memory";
import { createManualClock, MemoryError, MemoryManager, type RecordStore } from "@mem/core";
import { createJsonlRecords } from "@mem/records-jsonl";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSession, withSession } from "../src/index.ts";

const clock = createManualClock();
let folder: string;
let records: RecordStore;
let memory: MemoryManager;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mem-session-"));
  records = createJsonlRecords({ dir: folder });
  memory = new MemoryManager({ shortTerm: createMemoryBackend({ clock }), records, clock });
});
afterEach(async () => {
  await memory.close();
  await rm(folder, { recursive: true });
});

const options = { recordAs: "team", workflowId: "spring", metadata: { brief: 7 } };

function trail(): Promise<object[]> {
  return Array.fromAsync(memory.getExecutionRecords({ agentId: "team", order: "oldest" }));
}

/** Fails to store the next record with this status, once. */
function failOnce(status: string): void {
  const append = records.append.bind(records);
  records.append = async (batch, call) => {
    if (batch[0]?.status !== status) return append(batch, call);
    records.append = append;
    throw new MemoryError("MEM_CAPACITY", "the disk is full");
  };
}

describe("a session that is recorded", () => {
  it("has a record of its start, and one of its end with the summary", async () => {
    const session = await createSession({ memory, ...options });
    clock.advance(250);
    await session.saveAgentMemory("strategy", "plan", 1);
    const summary = await session.endSession();
    const metadata = { brief: 7, runId: expect.any(String) };
    const expected = { agentId: "team", workflowId: "spring", tenantId: "default", metadata };
    const found = await trail();
    expect(found).toEqual([
      { ...expected, id: expect.any(String), timestamp: expect.any(String), status: "started" },
      {
        ...expected,
        id: expect.any(String),
        timestamp: expect.any(String),
        status: "success",
        output: summary,
        durationMs: 250,
      },
    ]);
    expect(found[0]).toHaveProperty("metadata", (found[1] as { metadata: object }).metadata);
    // The records are about the session, not part of what happened in it.
    expect(summary).toMatchObject({ records: 0, operations: 1 });
  });

  it("has its end recorded once, by whoever ends it", async () => {
    const creator = await createSession({ memory, ...options });
    const member = await createSession({ memory, ...options, join: "must-exist" });
    expect(await trail()).toHaveLength(1);
    await Promise.all([member.endSession(), creator.endSession(), creator.leave()]);
    await member[Symbol.asyncDispose]();
    expect(await trail()).toMatchObject([{ status: "started" }, { status: "success" }]);
  });

  it("is told from the next one of its workflow", async () => {
    for (let n = 0; n < 2; n++) await withSession({ memory, ...options }, async () => undefined);
    const ids = (await trail()).map((each) => (each as { metadata: { runId: string } }).metadata);
    expect(new Set(ids.map(({ runId }) => runId)).size).toBe(2);
  });

  it("ends with the error of a body that threw", async () => {
    const failing = withSession({ memory, ...options }, async () => {
      throw new TypeError("no brief");
    });
    await expect(failing).rejects.toThrow("no brief");
    expect((await trail())[1]).toMatchObject({
      status: "error",
      error: { name: "TypeError", message: "no brief" },
      output: { status: "ended" },
    });
  });

  it.each([null, "no brief", Object.create(null), { toString: () => Object.create(null) }])(
    "ends with an error also where its body threw what is none: %#",
    async (thrown: unknown) => {
      const failing = withSession({ memory, ...options }, async () => {
        throw thrown;
      });
      await expect(failing).rejects.toBe(thrown);
      expect((await trail())[1]).toMatchObject({
        status: "error",
        error: { name: "Error", message: expect.any(String) },
      });
    },
  );

  it("is cancelled where its signal had fired when its body threw", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const body = async (): Promise<void> => {
      controller.abort();
      signal.throwIfAborted();
    };
    await expect(withSession({ memory, ...options, signal }, body)).rejects.toThrow("aborted");
    expect((await trail())[1]).toMatchObject({
      status: "cancelled",
      error: { name: "AbortError" },
    });
  });

  it("is cancelled where its signal fired, also where its body succeeds after all", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const body = async (): Promise<number> => {
      controller.abort();
      return 7;
    };
    expect(await withSession({ memory, ...options, signal }, body)).toBe(7);
    const ended = { status: "cancelled", error: { name: "AbortError" } };
    expect(await trail()).toMatchObject([{ status: "started" }, ended]);
  });

  it("does not start where its start can't be recorded", async () => {
    failOnce("started");
    await expect(createSession({ memory, ...options })).rejects.toMatchObject({
      code: "MEM_CAPACITY",
    });
    expect(await Array.fromAsync(memory.listSessions())).toEqual([]);
    await using session = await createSession({ memory, ...options });
    expect(session.created).toBe(true);
  });

  it("says so where its end can't be recorded, and records it when it is asked again", async () => {
    const session = await createSession({ memory, ...options });
    failOnce("success");
    await expect(session.endSession()).rejects.toMatchObject({
      code: "MEM_CAPACITY",
      outcome: "applied",
      retryable: true,
    });
    expect(await Array.fromAsync(memory.listSessions())).toEqual([]);
    const summary = await session.endSession();
    expect((await trail())[1]).toMatchObject({ status: "success", output: summary });
  });

  it("needs a record store, and an agent that can be one", async () => {
    await using bare = new MemoryManager({ shortTerm: createMemoryBackend() });
    await expect(createSession({ memory: bare, ...options })).rejects.toMatchObject({
      code: "MEM_NOT_CONFIGURED",
    });
    await expect(createSession({ memory, recordAs: "" })).rejects.toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
      path: "options.recordAs",
    });
    expect(await Array.fromAsync(bare.listSessions())).toEqual([]);
    expect(await Array.fromAsync(memory.listSessions())).toEqual([]);
  });

  it("leaves no record where nobody asked for one", async () => {
    await withSession({ memory, workflowId: "spring" }, async () => undefined);
    expect(await Array.fromAsync(memory.getExecutionRecords())).toEqual([]);
  });
});
