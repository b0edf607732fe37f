import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  MemoryError,
  type BackgroundFailure,
  type ExecutionRecord,
  type WorkflowState,
} from "../src/index.ts";
import { fakeRecords } from "./record-stores.ts";
import { aState, openSessionMemory, type SessionMemory } from "./session-memory.ts";

const settled = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const failures: BackgroundFailure[] = [];
const onFailure = (failure: unknown): void => void failures.push(failure as BackgroundFailure);
beforeEach(() => {
  failures.length = 0;
  subscribe("mem:failure", onFailure);
});
afterEach(() => unsubscribe("mem:failure", onFailure));

const agent = {
  agentId: "ann",
  operations: 3,
  messages: 2,
  records: 1,
  errors: 0,
  firstAt: 1_000_000,
  lastAt: 1_030_000,
};
const recorded: WorkflowState = {
  ...aState("spring", { brief: 7, "mem:recordAs": "team" }),
  activity: [agent],
  claims: [
    { step: "done", token: 1, claimedAt: 1_000_000, isDone: true },
    { step: "draft", token: 2, claimedAt: 1_000_000, expiresAt: 1_050_000, isDone: false },
  ],
};

interface Recorded extends SessionMemory {
  readonly records: ReturnType<typeof fakeRecords>;
  readonly sweep: (expired: readonly WorkflowState[]) => Promise<void>;
}

async function open(): Promise<Recorded> {
  const records = fakeRecords();
  records.query = async (_, { id }) => ({
    items: records.stored.filter((record) => record.id === id),
  });
  const opened = openSessionMemory({ records });
  await opened.memory.startWorkflow("w");
  return {
    ...opened,
    records,
    sweep: async (expired) => {
      opened.shortTerm.expired = [expired];
      opened.clock.advance(60_000);
      await settled();
    },
  };
}

const redact = (record: ExecutionRecord): ExecutionRecord => ({ ...record, output: "gone" });

describe("a recorded session that timed out", () => {
  it("has a record of its end: cancelled, why, and what happened in it", async () => {
    const { records, sweep } = await open();
    await sweep([recorded, aState("not recorded")]);
    expect(records.stored).toEqual([
      {
        id: expect.any(String),
        timestamp: new Date(1_060_000).toISOString(),
        tenantId: "default",
        agentId: "team",
        workflowId: "spring",
        status: "cancelled",
        error: {
          name: "MemoryError",
          code: "MEM_SESSION_ENDED",
          message: "the session timed out: nobody used it for 60 s",
        },
        output: {
          workflowId: "spring",
          tenantId: "default",
          status: "ended",
          startedAt: 1_000_000,
          durationMs: 30_000,
          timeout: 60,
          metadata: { brief: 7 },
          agents: [agent],
          operations: 3,
          messages: 2,
          records: 1,
          errors: 0,
          claims: [recorded.claims[1]],
        },
        durationMs: 30_000,
        metadata: { brief: 7, runId: "e0" },
      },
    ]);
    expect(failures).toEqual([]);
  });

  it("has it before its workflow is started anew", async () => {
    const { memory, shortTerm, records } = await open();
    shortTerm.before = recorded;
    await memory.startWorkflow("spring", { recordAs: "team" });
    expect(records.stored).toMatchObject([{ status: "cancelled" }]);
  });

  it("has it redacted", async () => {
    const records = fakeRecords();
    const { memory, shortTerm } = openSessionMemory({ records, redact });
    shortTerm.before = recorded;
    await memory.startWorkflow("spring");
    expect(records.stored).toMatchObject([{ status: "cancelled", output: "gone" }]);
  });

  it.each([
    ["was not stored", false],
    ["was stored though the answer was lost", true],
  ])("has it once where it %s at first", async (_, isStored) => {
    const { records, sweep, shortTerm } = await open();
    const append = records.append.bind(records);
    let calls = 0;
    records.append = async (batch) => {
      if (calls++ > 0) return append(batch);
      if (isStored) await append(batch);
      throw new MemoryError("MEM_UNAVAILABLE", "down", { outcome: "unknown" });
    };
    await sweep([recorded, { ...recorded, workflowId: "summer" }]);
    expect(failures).toHaveLength(1);
    const looks = shortTerm.tied("takeExpired").length;
    await sweep([]);
    await sweep([]);
    expect(records.stored.map(({ workflowId }) => workflowId)).toEqual(["spring", "summer"]);
    expect(shortTerm.tied("takeExpired")).toHaveLength(looks + 2);
    expect(failures).toHaveLength(1);
  });

  it("has it once where the store finds it only behind a page that is empty", async () => {
    const { records, sweep } = await open();
    const [append, query] = [records.append.bind(records), records.query.bind(records)];
    records.append = async (batch) => {
      await append(batch);
      throw new MemoryError("MEM_UNAVAILABLE", "down", { outcome: "unknown" });
    };
    records.query = async (tenantId, asked) =>
      asked.cursor === undefined ? { items: [], cursor: "further" } : query(tenantId, asked);
    await sweep([recorded]);
    await sweep([]);
    expect(records.stored).toHaveLength(1);
    expect(failures).toHaveLength(1);
  });

  it("is left to others as long as the record store is down, and recorded at the latest on closing", async () => {
    const { memory, records, sweep, shortTerm } = await open();
    const append = records.append.bind(records);
    records.append = async () => Promise.reject(new MemoryError("MEM_UNAVAILABLE", "down"));
    await sweep([recorded]);
    await sweep([{ ...recorded, workflowId: "summer" }]);
    expect(shortTerm.tied("takeExpired")).toHaveLength(1);
    expect(failures).toHaveLength(2);
    records.append = append;
    await memory.close();
    expect(records.stored).toMatchObject([{ workflowId: "spring" }]);
  });

  it("is told of as a failure where it can't be recorded here", async () => {
    const { memory, shortTerm } = openSessionMemory();
    shortTerm.before = recorded;
    await memory.startWorkflow("spring");
    expect(failures).toMatchObject([{ error: { code: "MEM_NOT_CONFIGURED" } }]);
  });
});
