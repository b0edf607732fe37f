import { describe, expect, it } from "vitest";
import { MemoryError, type RecordStore } from "../src/index.ts";
import { ERASED_ENTRIES, fakeLongTerm, fakeRecords, managerOf } from "./record-stores.ts";

const person = { tenantId: "default", subject: "person:1" };

describe("erasing", () => {
  it("what is about a person asks both stores, and counts the records", async () => {
    const records = fakeRecords();
    const asked: unknown[][] = [];
    const memory = managerOf({ records, longTerm: fakeLongTerm(asked) });
    expect(await memory.erase({ subject: "person:1" })).toEqual({ ...ERASED_ENTRIES, records: 2 });
    await memory.erase({ subject: "person:1", agentId: "clerk" }, { dryRun: true });
    const expected = [
      [person, { dryRun: false }],
      [{ ...person, agentId: "clerk" }, { dryRun: true }],
    ];
    expect(asked).toEqual(expected);
    expect(records.asked).toEqual(expected);
  });

  it("what is about a person needs either store alone", async () => {
    const records = managerOf({ records: fakeRecords() });
    expect(await records.erase({ subject: "person:1" }, { dryRun: true })).toEqual({
      id: expect.any(String),
      at: expect.any(Number),
      dryRun: true,
      entries: [],
      revisions: 0,
      records: 2,
    });
    const longTerm = managerOf({ longTerm: fakeLongTerm([]) });
    expect(await longTerm.erase({ subject: "person:1" })).toEqual({
      ...ERASED_ENTRIES,
      records: 0,
    });
    await expect(managerOf({}).erase({ subject: "person:1" })).rejects.toMatchObject({
      code: "MEM_NOT_CONFIGURED",
    });
  });

  it("a record asks the record store alone, of one agent or of any", async () => {
    const records = fakeRecords();
    const asked: unknown[][] = [];
    const memory = managerOf({ records, longTerm: fakeLongTerm(asked), tenantId: "acme" });
    expect(await memory.erase({ recordId: "r-1" })).toMatchObject({ entries: [], records: 2 });
    await memory.erase({ recordId: "r-1", agentId: "clerk" });
    expect(asked).toEqual([]);
    expect(records.asked.map(([request]) => request)).toEqual([
      { tenantId: "acme", id: "r-1" },
      { tenantId: "acme", id: "r-1", agentId: "clerk" },
    ]);
    await expect(
      managerOf({ longTerm: fakeLongTerm([]) }).erase({ recordId: "r-1" }),
    ).rejects.toMatchObject({ code: "MEM_NOT_CONFIGURED" });
  });

  it("an entry asks the long-term store alone", async () => {
    const records = fakeRecords();
    const what = { agentId: "clerk", key: "plan" };
    const memory = managerOf({ records, longTerm: fakeLongTerm([]) });
    expect(await memory.erase(what)).toEqual({ ...ERASED_ENTRIES, records: 0 });
    expect(records.asked).toEqual([]);
    await expect(managerOf({ records }).erase(what)).rejects.toMatchObject({
      code: "MEM_NOT_CONFIGURED",
    });
  });

  it("begins with the records, and touches no entry where they can't be erased", async () => {
    const locked = new MemoryError("MEM_LOCKED", "others rotate");
    const failing: RecordStore = { ...fakeRecords(), erase: () => Promise.reject(locked) };
    const asked: unknown[][] = [];
    const memory = managerOf({ records: failing, longTerm: fakeLongTerm(asked) });
    await expect(memory.erase({ subject: "person:1" })).rejects.toBe(locked);
    expect(asked).toEqual([]);
  });

  it("says that part of it happened where the entries fail after records went", async () => {
    const failing = fakeLongTerm([]);
    failing.erase = () => Promise.reject(new MemoryError("MEM_LOCKED", "others erase"));
    const records = fakeRecords();
    const memory = managerOf({ records, longTerm: failing });
    await expect(memory.erase({ subject: "person:1" })).rejects.toMatchObject({
      code: "MEM_LOCKED",
      outcome: "unknown",
      retryable: true,
    });
    const dry = memory.erase({ subject: "person:1" }, { dryRun: true });
    await expect(dry).rejects.toMatchObject({ outcome: "not-applied" });
    records.erase = async () => [];
    const none = memory.erase({ subject: "person:1" });
    await expect(none).rejects.toMatchObject({ outcome: "not-applied" });
  });

  it.each([
    [{ agentId: "clerk" }],
    [{ recordId: undefined }],
    [{ recordId: "" }],
    [{ recordId: "r", agentId: undefined }],
    [{ recordId: "r", subject: "person:1" }],
    [{ recordId: "r", workflowId: "w" }],
    [{ recordId: "r", key: "plan", agentId: "clerk" }],
    [{ subject: "person:1", workflowId: "w" }],
    [{ subject: undefined }],
    [{ subject: "person:1", key: "plan" }],
    [undefined],
  ])("refuses %j, and asks nobody", async (what) => {
    const records = fakeRecords();
    const asked: unknown[][] = [];
    const memory = managerOf({ records, longTerm: fakeLongTerm(asked) });
    await expect(memory.erase(what as never)).rejects.toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
    });
    expect([...asked, ...records.asked]).toEqual([]);
  });
});
