import { describe, expect, it } from "vitest";
import { createJsonlRecords } from "../src/index.ts";
import { idsOf, parseLines, record } from "./fixtures/records.ts";
import { runScript } from "./fixtures/run-script.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";

interface Report {
  readonly acknowledged: string[];
  readonly refused: { id: string; code: string; outcome: string; retryable: boolean }[];
  readonly status: string;
  readonly readable: string[];
  readonly later: string;
}

describe("a full disk", () => {
  it("fails exactly those who could not be stored, leaves no torn line, and ends", async () => {
    await using folder = await temporaryFolder();
    const { dir } = folder;
    const report = JSON.parse(await runScript("fill-disk.ts", [dir], "ulimit -f 100")) as Report;

    expect(report.acknowledged.length).toBeGreaterThan(50);
    for (const refusal of report.refused) {
      expect(refusal).toMatchObject({
        code: "MEM_CAPACITY",
        outcome: "not-applied",
        retryable: true,
      });
    }
    expect(report.readable.toSorted()).toEqual(report.acknowledged.toSorted());
    expect(report.status).toBe("degraded");
    expect(report.later).toBe("ok");

    await using store = createJsonlRecords({ dir });
    await store.append([record(0, { id: "after" })]);
    const ids = (await parseLines(dir, "strategy.jsonl")).map(({ id }) => id);
    expect(ids).toEqual([...report.readable, "after"]);
    expect(await idsOf(store, { agentId: "strategy" })).toEqual(ids);
    expect(await store.health()).toMatchObject({ status: "ok", messages: [] });
  });
});
