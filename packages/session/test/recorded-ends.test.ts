import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryBackend } from "@mem/backend-memory";
import {
  createManualClock,
  MemoryError,
  MemoryManager,
  type ExecutionRecord,
  type ManualClock,
  type RecordStore,
  type ShortTermBackend,
} from "@mem/core";
import { createJsonlRecords } from "@mem/records-jsonl";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSession } from "../src/index.ts";

let clock: ManualClock;
let folder: string;
let shortTerm: ShortTermBackend;
let records: RecordStore;
let memory: MemoryManager;
beforeEach(async () => {
  clock = createManualClock();
  folder = await mkdtemp(join(tmpdir(), "mem-session-"));
  shortTerm = createMemoryBackend({ clock });
  records = createJsonlRecords({ dir: folder });
  memory = new MemoryManager({ shortTerm, records, clock });
});
afterEach(async () => {
  await memory.close();
  await rm(folder, { recursive: true });
});

const options = { recordAs: "team", workflowId: "spring", timeout: 600 };

async function trail(): Promise<ExecutionRecord[]> {
  return Array.fromAsync(memory.getExecutionRecords({ agentId: "team", order: "oldest" }));
}

/** Loses the answer to the next end of a workflow; with `isApplied`, after it has taken effect. */
function loseEnd(isApplied: boolean): void {
  const end = shortTerm.endWorkflow.bind(shortTerm);
  shortTerm.endWorkflow = async (...args) => {
    shortTerm.endWorkflow = end;
    if (isApplied) await end(...args);
    throw new MemoryError("MEM_TIMEOUT", "no answer", { outcome: "unknown" });
  };
}

/** Loses the answer to the record of the end, after it is stored. */
function loseRecord(): void {
  const append = records.append.bind(records);
  records.append = async (...args) => {
    records.append = append;
    await append(...args);
    throw new MemoryError("MEM_TIMEOUT", "no answer", { outcome: "unknown" });
  };
}

describe("the end of a session is recorded once", () => {
  it("where its answer was lost and it is asked for again", async () => {
    const session = await createSession({ memory, ...options });
    loseEnd(true);
    await expect(session.endSession()).rejects.toMatchObject({ outcome: "unknown" });
    expect(await trail()).toMatchObject([{ status: "started" }]);
    await session.endSession();
    await session.endSession();
    expect(await trail()).toMatchObject([
      { status: "started" },
      { status: "success", output: { status: "ended" } },
    ]);
  });

  it("where its answer was lost, it had not happened, and another member ended the session", async () => {
    const session = await createSession({ memory, ...options });
    const member = await createSession({ memory, workflowId: "spring", join: "must-exist" });
    loseEnd(false);
    await expect(session.endSession()).rejects.toMatchObject({ outcome: "unknown" });
    await member.endSession();
    await session.endSession();
    expect(await trail()).toMatchObject([{ status: "started" }, { status: "success" }]);
  });

  it("where the answer to its record was lost", async () => {
    const session = await createSession({ memory, ...options });
    loseRecord();
    await expect(session.endSession()).rejects.toMatchObject({
      code: "MEM_TIMEOUT",
      outcome: "applied",
    });
    await session.endSession();
    expect(await trail()).toMatchObject([{ status: "started" }, { status: "success" }]);
  });

  it("also where a session of the same name has begun meanwhile", async () => {
    const session = await createSession({ memory, ...options });
    loseEnd(true);
    await expect(session.endSession()).rejects.toMatchObject({ outcome: "unknown" });
    const next = await createSession({ memory, ...options });
    await session.endSession();
    await next.endSession();
    const runs = Object.groupBy(await trail(), ({ metadata }) => metadata?.["runId"] as string);
    const once = [{ status: "started" }, { status: "success" }];
    expect(Object.values(runs)).toMatchObject([once, once]);
  });

  it("as cancelled where it timed out, by whoever lives", async () => {
    const session = await createSession({ memory, ...options, metadata: { brief: 7 } });
    await session.saveAgentMemory("writer", "draft", 1);
    clock.advance(1_000_000);
    await expect.poll(trail).toHaveLength(2);
    await session.endSession();
    const [started, ended, ...more] = await trail();
    expect(more).toEqual([]);
    expect(ended).toMatchObject({
      status: "cancelled",
      workflowId: "spring",
      metadata: { ...started?.metadata },
      output: { status: "ended", operations: 1, agents: [{ agentId: "writer" }] },
      error: { message: expect.stringContaining("timed out") },
    });
  });

  it("as cancelled by the sweep where the answer of an end that had not happened was lost", async () => {
    const session = await createSession({ memory, ...options });
    loseEnd(false);
    await expect(session.endSession()).rejects.toMatchObject({ outcome: "unknown" });
    clock.advance(1_000_000);
    await expect.poll(trail).toHaveLength(2);
    await session.endSession();
    expect(await trail()).toMatchObject([{ status: "started" }, { status: "cancelled" }]);
  });
});

describe("why a session ended", () => {
  it("is its signal, also where that ends so many that its turn comes later", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const starts = Array.from({ length: 200 }, async () => createSession({ memory, signal }));
    await Promise.all(starts);
    const session = await createSession({ memory, ...options, signal });
    controller.abort(new Error("the shop closes"));
    await session.endSession();
    expect(await trail()).toMatchObject([
      { status: "started" },
      { status: "cancelled", error: { message: "the shop closes" } },
    ]);
  });

  it("is not the signal of a member that had joined and ended it later", async () => {
    await createSession({ memory, ...options });
    const controller = new AbortController();
    const joining = {
      workflowId: "spring",
      join: "must-exist",
      signal: controller.signal,
    } as const;
    const member = await createSession({ memory, ...joining });
    controller.abort();
    await member.endSession();
    expect(await trail()).toMatchObject([{ status: "started" }, { status: "success" }]);
  });
});

describe("as whose records a session is told", () => {
  it("is up to who starts it: whoever ends it records it so", async () => {
    await createSession({ memory, ...options });
    const member = await createSession({ memory, workflowId: "spring", join: "must-exist" });
    await member.endSession();
    expect(await trail()).toMatchObject([{ status: "started" }, { status: "success" }]);
    expect(await Array.fromAsync(memory.getExecutionRecords())).toHaveLength(2);
  });

  it("is refused where a member that joins says otherwise", async () => {
    await createSession({ memory, ...options });
    const joining = createSession({ memory, ...options, join: "if-exists", recordAs: "other" });
    await expect(joining).rejects.toMatchObject({
      code: "MEM_CONFLICT",
      path: "options.recordAs",
    });
  });
});
