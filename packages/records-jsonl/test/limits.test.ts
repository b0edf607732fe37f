import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { isMemoryError } from "@mem/core";
import { describe, expect, it } from "vitest";
import { createJsonlRecords } from "../src/index.ts";
import { idsOf, record, series } from "./fixtures/records.ts";
import { runScript } from "./fixtures/run-script.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";

describe("a record that is too long", () => {
  it("is refused before anything is written", async () => {
    await using folder = await temporaryFolder();
    const { dir } = folder;
    const fits = record(1, { output: "é".repeat(400) });
    const maxRecordBytes = Buffer.byteLength(JSON.stringify(fits));
    await using store = createJsonlRecords({ dir, maxRecordBytes });
    const tooLong = record(2, { output: "é".repeat(401) });
    await expect(store.append([fits, tooLong])).rejects.toMatchObject({
      code: "MEM_TOO_LARGE",
      outcome: "not-applied",
      path: "records[1]",
    });
    expect(await readdir(dir)).toEqual([]);
    await store.append([fits]);
    expect(await idsOf(store)).toEqual(["record-1"]);
    expect(await store.health()).toMatchObject({ status: "ok" });
  });
});

describe("a batch", () => {
  it("that was stored in part says what became of each record", async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.dir, "content.jsonl"));
    await using store = createJsonlRecords({ dir: folder.dir });
    const batch = series(4).map((each, n) => ({
      ...each,
      agentId: n % 2 ? "content" : "strategy",
    }));
    const error: unknown = await store.append(batch).catch((reason: unknown) => reason);
    if (!isMemoryError(error, "MEM_PARTIAL")) throw error;
    expect(error.results).toMatchObject([
      { status: "stored", version: "record-0" },
      { status: "failed", error: { outcome: "not-applied" } },
      { status: "stored", version: "record-2" },
      { status: "failed", error: { outcome: "not-applied" } },
    ]);
    expect(await idsOf(store)).toEqual(["record-0", "record-2"]);
    expect(await store.health()).toMatchObject({ status: "degraded" });
    await store.append([]);
    expect((await store.health()).messages[0]).toMatch(/latest append failed/);
    await store.append([record(9)]);
    expect(await store.health()).toMatchObject({ status: "degraded" });
  });
});

describe("what waits", () => {
  const MEGABYTE = "x".repeat(2 ** 20);
  const RECORDS = series(80, { output: MEGABYTE });

  it("may be one batch of any size", async () => {
    await using folder = await temporaryFolder();
    await using store = createJsonlRecords({ dir: folder.dir, durability: "process" });
    await store.append(RECORDS);
    const { items } = await store.query("default", { order: "newest", limit: 1 });
    expect(items.map(({ id }) => id)).toEqual(["record-79"]);
  });

  it("is bounded for all agents together, and taken again when there is room", async () => {
    await using folder = await temporaryFolder();
    await using store = createJsonlRecords({ dir: folder.dir, durability: "process" });
    const appends = RECORDS.map((each, n) => store.append([{ ...each, agentId: `agent-${n}` }]));
    const results = await Promise.allSettled(appends);
    const refused = results.filter(({ status }) => status === "rejected");
    expect(refused.length).toBeGreaterThan(10);
    expect(refused.length).toBeLessThan(20);
    for (const refusal of refused) {
      expect(refusal).toMatchObject({
        reason: { code: "MEM_CAPACITY", outcome: "not-applied", retryable: true },
      });
    }
    await store.append([record(100)]);
    expect(await idsOf(store)).toHaveLength(results.length - refused.length + 1);
  });
});

describe("a duration that JSON can't tell", () => {
  it.each([NaN, Infinity])("is refused instead of stored as %d", async (durationMs) => {
    await using folder = await temporaryFolder();
    await using store = createJsonlRecords({ dir: folder.dir });
    await expect(store.append([record(1, { durationMs })])).rejects.toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
      path: "records[0].durationMs",
    });
    expect(await readdir(folder.dir)).toEqual([]);
  });
});

describe("open files", () => {
  it("are no more than allowed: 200 agents write and are read with 8", async () => {
    await using folder = await temporaryFolder();
    const report = JSON.parse(await runScript("many-agents.ts", [folder.dir], "ulimit -n 48")) as {
      most: number;
      counts: number[];
      merged: number;
      left: number;
    };
    expect(report.counts).toEqual(Array.from({ length: 200 }, () => 5));
    expect(report.merged).toBe(1000);
    expect(report.most).toBeLessThanOrEqual(16);
    expect(report.left).toBe(0);
  });

  it("give way to each other without losing the order of an agent's records", async () => {
    await using folder = await temporaryFolder();
    await using store = createJsonlRecords({
      dir: folder.dir,
      durability: "process",
      maxOpenFiles: 2,
    });
    const sent = series(300).map((each, n) => ({ ...each, agentId: `agent-${(n * 7) % 9}` }));
    await Promise.all(sent.map((each) => store.append([each])));
    expect(await idsOf(store)).toEqual(sent.map(({ id }) => id));
  });
});
