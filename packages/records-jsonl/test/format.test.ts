import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createJsonlRecords } from "../src/index.ts";
import { idsOf, record } from "./fixtures/records.ts";
import { runScript } from "./fixtures/run-script.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";

describe("the format of a folder", () => {
  it.each([
    ["a later version", '{"format":"@mem/records-jsonl","version":3}', "version 3"],
    ["another format", '{"format":"something else","version":1}', "no version"],
    ["no JSON", "", "no version"],
  ])("is refused when it is %s, and nothing is changed", async (_, text, named) => {
    await using folder = await temporaryFolder();
    const { dir } = folder;
    const line = `${JSON.stringify(record(1))}\n`;
    await writeFile(join(dir, "format.json"), text);
    await writeFile(join(dir, "strategy.jsonl"), line);
    await using store = createJsonlRecords({ dir });
    const refusal = { code: "MEM_FORMAT", message: expect.stringContaining(named) };
    await expect(store.append([record(2)])).rejects.toMatchObject(refusal);
    await expect(idsOf(store)).rejects.toMatchObject(refusal);
    await expect(idsOf(store, { agentId: "strategy" })).rejects.toMatchObject(refusal);
    expect(await store.health()).toMatchObject({
      status: "down",
      messages: expect.arrayContaining([refusal.message]),
    });
    expect(await readFile(join(dir, "strategy.jsonl"), "utf8")).toBe(line);
    expect(await readdir(dir)).toHaveLength(2);

    // Checked again at each call: somebody may have corrected it.
    await writeFile(join(dir, "format.json"), '{"format":"@mem/records-jsonl","version":1}');
    await store.append([record(2)]);
    expect(await idsOf(store)).toEqual(["record-1", "record-2"]);
  });

  it("becomes the present one when an earlier one is written to, and its lines are read as they are", async () => {
    await using folder = await temporaryFolder();
    const { dir } = folder;
    const format = join(dir, "format.json");
    await writeFile(format, '{"format":"@mem/records-jsonl","version":1}\n');
    await writeFile(join(dir, "strategy.jsonl"), `${JSON.stringify(record(1))}\n`);
    await using store = createJsonlRecords({ dir });
    expect(await idsOf(store)).toEqual(["record-1"]);
    expect(await readFile(format, "utf8")).toContain('"version":1');
    await store.append([record(2)]);
    expect(await readFile(format, "utf8")).toContain('"version":2,"from":1');
    await store.rotate();
    expect(await idsOf(store)).toEqual(["record-1", "record-2"]);
  });

  it("is the first version where nothing is said, and is said at the first append", async () => {
    await using folder = await temporaryFolder();
    const { dir } = folder;
    await writeFile(join(dir, "strategy.jsonl"), `${JSON.stringify(record(1))}\n`);
    await using store = createJsonlRecords({ dir });
    expect(await idsOf(store)).toEqual(["record-1"]);
    expect(await readdir(dir)).toEqual(["strategy.jsonl"]);
    await store.append([record(2)]);
    expect((await readdir(dir)).toSorted()).toEqual(["format.json", "strategy.jsonl"]);
    expect(await idsOf(store)).toEqual(["record-1", "record-2"]);
  });

  it("that can't be said keeps nobody from reading", async () => {
    await using folder = await temporaryFolder();
    const { dir } = folder;
    await writeFile(join(dir, "strategy.jsonl"), `${JSON.stringify(record(1))}\n`);
    const answers: unknown = JSON.parse(
      await runScript("read-while-full.ts", [dir], "ulimit -f 0"),
    );
    expect(answers).toEqual({ append: "MEM_CAPACITY", query: ["record-1"] });
  });
});
