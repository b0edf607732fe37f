import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createJsonlRecords } from "../src/index.ts";
import { idsOf, record, series } from "./fixtures/records.ts";
import { runScript } from "./fixtures/run-script.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";

describe("a store", () => {
  it("touches nothing until it is used, and nothing when it is only read", async () => {
    await using folder = await temporaryFolder();
    const dir = join(folder.dir, "deep", "records");
    {
      await using store = createJsonlRecords({ dir });
      expect(await idsOf(store)).toEqual([]);
      expect(await idsOf(store, { agentId: "strategy" })).toEqual([]);
      expect(await store.health()).toMatchObject({ status: "ok", details: { damage: [] } });
      await store.flush();
    }
    expect(await readdir(folder.dir)).toEqual([]);
  });

  it.each(["close", "leave"])("lets its process end by itself after %s", async (ending) => {
    await using folder = await temporaryFolder();
    expect(await runScript("ending.ts", [folder.dir, ending])).toBe("stored 64\n");
    await using store = createJsonlRecords({ dir: folder.dir });
    expect(await idsOf(store)).toHaveLength(64);
  });

  it("goes on in a new folder when its own was removed", async () => {
    await using folder = await temporaryFolder();
    const dir = join(folder.dir, "records");
    await using store = createJsonlRecords({ dir });
    await store.append(series(3));
    await rm(dir, { recursive: true });
    expect(await idsOf(store)).toEqual([]);
    await store.append([record(7)]);
    expect(await idsOf(store)).toEqual(["record-7"]);
    expect((await readdir(dir)).toSorted()).toEqual(["format.json", "strategy.jsonl"]);
  });

  it("stops a query that nobody waits for any more", async () => {
    await using folder = await temporaryFolder();
    await using store = createJsonlRecords({ dir: folder.dir, durability: "process" });
    await store.append(series(20_000));
    const controller = new AbortController();
    const { signal } = controller;
    const query = store.query("default", { order: "oldest", limit: 1, id: "nobody" }, { signal });
    controller.abort(new Error("enough"));
    await expect(query).rejects.toMatchObject({
      code: "MEM_ABORTED",
      cause: { message: "enough" },
    });
  });

  it("stops a query when it is closed", async () => {
    await using folder = await temporaryFolder();
    const store = createJsonlRecords({ dir: folder.dir, durability: "process" });
    await store.append(series(20_000));
    const query = store.query("default", { order: "oldest", limit: 1, id: "nobody" });
    const [result] = await Promise.allSettled([query, store.close()]);
    expect(result).toMatchObject({ status: "rejected", reason: { code: "MEM_CLOSED" } });
  });

  it("reports a folder that is none", async () => {
    await using folder = await temporaryFolder();
    await using good = createJsonlRecords({ dir: folder.dir });
    await good.append([record(1)]);
    await using store = createJsonlRecords({ dir: join(folder.dir, "strategy.jsonl") });
    expect(await store.health()).toMatchObject({ status: "down", messages: [expect.any(String)] });
    const refusal = { code: "MEM_UNAVAILABLE", outcome: "not-applied", retryable: false };
    await expect(store.append([record(2)])).rejects.toMatchObject(refusal);
    await expect(idsOf(store)).rejects.toMatchObject(refusal);
  });
});
