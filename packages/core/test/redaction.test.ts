import { describe, expect, it } from "vitest";
import { redactSecrets, type ExecutionRecord, type RecordRedaction } from "../src/index.ts";
import { fakeRecords, managerOf } from "./record-stores.ts";

const given = {
  id: "run-1",
  timestamp: 5,
  workflowId: "spring",
  status: "error",
  input: { words: ["a", "b"] },
  output: 1,
  error: new TypeError("no"),
  durationMs: 3,
  metadata: { n: 1 },
  subject: "person:1",
};

describe("redacting a record", () => {
  it("hands the hook the whole record, and stores what it returns", async () => {
    const records = fakeRecords();
    const seen: ExecutionRecord[] = [];
    const redact: RecordRedaction = (record) => {
      seen.push(structuredClone(record));
      return { ...record, input: "gone", status: "cancelled", subject: "hashed", durationMs: 4 };
    };
    await managerOf({ records, redact }).saveExecutionRecord("writer", given);
    const whole = {
      ...given,
      timestamp: "1970-01-01T00:00:00.005Z",
      agentId: "writer",
      tenantId: "default",
      error: { name: "TypeError", message: "no" },
    };
    expect(seen).toStrictEqual([whole]);
    const changed = { input: "gone", status: "cancelled", subject: "hashed", durationMs: 4 };
    expect(records.stored).toStrictEqual([{ ...whole, ...changed }]);
  });

  it("may change the copy that it gets, which is nobody's", async () => {
    const records = fakeRecords();
    const input = { words: ["a"] };
    const kept: { input?: unknown }[] = [];
    const redact: RecordRedaction = (record) => {
      kept.push(record);
      (record.input as typeof input).words[0] = "x";
      return record;
    };
    const memory = managerOf({ records, redact });
    await memory.saveExecutionRecord("writer", { status: "success", input });
    expect(input).toEqual({ words: ["a"] });
    for (const each of kept) (each.input as typeof input).words[0] = "later";
    expect(records.stored[0]?.input).toEqual({ words: ["x"] });
  });

  it("works for every tenant and with what is made for it", async () => {
    const records = fakeRecords();
    const memory = managerOf({ records, redact: redactSecrets() });
    const record = { status: "success", input: { password: "x", to: "a@b.de" } };
    await memory.forTenant("acme").saveExecutionRecord("writer", record);
    expect(records.stored[0]?.input).toEqual({
      password: "[redacted]",
      to: "[redacted e-mail address]",
    });
  });

  const changes: readonly (readonly [string, object, string, string])[] = [
    ["another id", { id: "other" }, "MEM_INVALID_ARGUMENT", "redact(record).id"],
    ["another time", { timestamp: "" }, "MEM_INVALID_ARGUMENT", "redact(record).timestamp"],
    ["another agent", { agentId: "x" }, "MEM_INVALID_ARGUMENT", "redact(record).agentId"],
    ["no workflow", { workflowId: undefined }, "MEM_INVALID_ARGUMENT", "redact(record).workflowId"],
    ["another tenant", { tenantId: "x" }, "MEM_INVALID_ARGUMENT", "redact(record).tenantId"],
    ["no status", { status: "" }, "MEM_INVALID_ARGUMENT", "redact(record).status"],
    ["a bad duration", { durationMs: NaN }, "MEM_INVALID_ARGUMENT", "redact(record).durationMs"],
    ["a field of its own", { note: 1 }, "MEM_INVALID_ARGUMENT", "redact(record).note"],
    [
      "what is not JSON",
      { output: { at: new Date() } },
      "MEM_NOT_JSON",
      "redact(record).output.at",
    ],
    ["no metadata", { metadata: [] }, "MEM_INVALID_ARGUMENT", "redact(record).metadata"],
    ["an empty subject", { subject: "" }, "MEM_INVALID_ARGUMENT", "redact(record).subject"],
  ];
  it.each(changes)(
    "refuses the record where the hook returns %s",
    async (_, change, code, path) => {
      const records = fakeRecords();
      const memory = managerOf({ records, redact: (record) => ({ ...record, ...change }) });
      const saving = memory.saveExecutionRecord("writer", given);
      await expect(saving).rejects.toMatchObject({ code, path, outcome: "not-applied" });
      expect(records.stored).toEqual([]);
    },
  );

  it.each([
    () => undefined,
    () => null,
    () => "text",
    async () => ({}),
    () => Promise.reject(new Error("late")),
  ])("refuses the record where the hook is %s", async (redact) => {
    const records = fakeRecords();
    const memory = managerOf({ records, redact: redact as () => never });
    await expect(memory.saveExecutionRecord("writer", given)).rejects.toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
      path: "redact(record)",
    });
    expect(records.stored).toEqual([]);
  });

  it("refuses the record where what the hook returns can't be read", async () => {
    const records = fakeRecords();
    const saving = managerOf({ records, redact: trapping }).saveExecutionRecord("writer", given);
    const error: unknown = await saving.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "MEM_INVALID_ARGUMENT", path: "redact(record)" });
    expect(error).not.toHaveProperty("cause");
    expect(records.stored).toEqual([]);
  });

  it("refuses the record where the hook throws, and says nothing of what it threw", async () => {
    const records = fakeRecords();
    const saving = managerOf({ records, redact: quoting }).saveExecutionRecord("writer", given);
    const error: unknown = await saving.catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
      path: "options.redact",
      retryable: false,
    });
    expect(error).not.toHaveProperty("cause");
    expect(String(error)).not.toContain("words");
    expect(records.stored).toEqual([]);
  });
});

const quoting: RecordRedaction = (record) => {
  throw new Error(`can't read ${JSON.stringify(record.input)}`);
};

const trapping: RecordRedaction = (record) =>
  Object.defineProperty({ ...record }, "output", { get: () => quoting(record) });
