import { describe, expect, it } from "vitest";
import { fakeRecords, managerOf } from "./record-stores.ts";

describe("execution stats", () => {
  it("ask the record store, in the tenant, with times as it wants them", async () => {
    const records = fakeRecords();
    const memory = managerOf({ records }).forTenant("acme");
    expect(await memory.getExecutionStats()).toEqual([]);
    const { signal } = new AbortController();
    const question = { agentId: "writer", workflowId: "spring", since: 0, until: new Date(5) };
    await memory.getExecutionStats({ ...question, signal });
    expect(records.asked).toEqual([
      ["acme", {}, {}],
      [
        "acme",
        {
          agentId: "writer",
          workflowId: "spring",
          since: "1970-01-01T00:00:00.000Z",
          until: "1970-01-01T00:00:00.005Z",
        },
        { signal },
      ],
    ]);
  });

  it.each([
    [{ agentId: "" }, "options.agentId"],
    [{ workflowId: 5 }, "options.workflowId"],
    [{ since: "yesterday" }, "options.since"],
    [{ until: NaN }, "options.until"],
  ])("refuse %j", async (options, path) => {
    const records = fakeRecords();
    const asking = managerOf({ records }).getExecutionStats(options as never);
    await expect(asking).rejects.toMatchObject({ code: "MEM_INVALID_ARGUMENT", path });
    expect(records.asked).toEqual([]);
  });

  it("are not there without a record store, nor after an abort", async () => {
    await expect(managerOf({}).getExecutionStats()).rejects.toMatchObject({
      code: "MEM_NOT_CONFIGURED",
    });
    const asking = managerOf({ records: fakeRecords() }).getExecutionStats({
      signal: AbortSignal.abort(),
    });
    await expect(asking).rejects.toMatchObject({ code: "MEM_ABORTED" });
  });
});
