import { appendFile, readFile, utimes } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createJsonlRecords, type JsonlRecordsOptions } from "../src/index.ts";
import { filesWith } from "./fixtures/files-with.ts";
import { idsOf, record } from "./fixtures/records.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";

const SECRET = "the words of Ada";
const about = (n: number) => record(n, { subject: "ada", output: `${SECRET} ${n}` });

describe.each([true, false])("erasing, segments compressed: %s", (compress) => {
  const options = { durability: "process", compress } satisfies Partial<JsonlRecordsOptions>;

  it("takes what records say out of every file, and the chains still hold", async () => {
    await using folder = await temporaryFolder();
    const { dir } = folder;
    await using store = createJsonlRecords({ dir, ...options });
    for (let n = 0; n < 60; n++) {
      await store.append([n % 3 === 0 ? about(n) : record(n)]);
      if (n === 20 || n === 40) await store.rotate();
    }
    const { anchor } = await store.verify();
    const request = { tenantId: "default", subject: "ada" };
    const expected = Array.from({ length: 20 }, (_, n) => `record-${3 * n}`);
    expect(await store.erase(request, { dryRun: true })).toEqual(expected);
    expect(await filesWith(dir, SECRET)).not.toEqual([]);

    expect(await store.erase(request)).toEqual(expected);
    expect(await filesWith(dir, SECRET)).toEqual([]);
    const { ok, erased, agents } = await store.verify({ anchor });
    expect(agents[0]?.problems).toEqual([]);
    expect({ ok, erased }).toEqual({ ok: true, erased: 20 });
    const left = await idsOf(store);
    expect(left).toHaveLength(40);
    expect(await store.erase(request)).toEqual([]);
    await store.append([about(100)]);
    expect(await store.erase({ tenantId: "default", id: "record-100" })).toEqual(["record-100"]);
    expect(await filesWith(dir, SECRET)).toEqual([]);
    expect((await store.verify({ anchor })).ok).toBe(true);
  });

  it("of one agent leaves the others' files as they are", async () => {
    await using folder = await temporaryFolder();
    const { dir } = folder;
    await using store = createJsonlRecords({ dir, ...options });
    await store.append([about(1), record(2, { agentId: "content", subject: "ada" })]);
    const before = await readFile(join(dir, "content.jsonl"));
    const request = { tenantId: "default", agentId: "strategy", subject: "ada" };
    expect(await store.erase(request)).toEqual(["record-1"]);
    expect(await readFile(join(dir, "content.jsonl"))).toEqual(before);
    expect(await idsOf(store)).toEqual(["record-2"]);
  });
});

describe("what was torn or void", () => {
  it("goes with what is erased", async () => {
    await using folder = await temporaryFolder();
    const { dir } = folder;
    await using store = createJsonlRecords({ dir, durability: "process", compress: false });
    await store.append([about(1)]);
    await appendFile(join(dir, "strategy.jsonl"), `{"id":"torn","output":"${SECRET}\n`);
    await store.append([record(2)]);
    await store.rotate();
    await appendFile(join(dir, "strategy~000001.jsonl"), `{"id":"void","output":"${SECRET}"}\n`);
    expect(await store.erase({ tenantId: "default", subject: "ada" })).toEqual(["record-1"]);
    expect(await filesWith(dir, SECRET)).toEqual([]);
    expect((await store.verify()).agents[0]?.problems).toEqual([]);
  });
});

describe("a line that a crash cut short", () => {
  it.each(["", "begun by a rotation"])(
    "goes also where nothing else is in its file %s",
    async (rotated) => {
      await using folder = await temporaryFolder();
      const { dir } = folder;
      const path = join(dir, "strategy.jsonl");
      await using store = createJsonlRecords({ dir, durability: "process" });
      await store.append([record(1, { agentId: "content" })]);
      if (rotated !== "") {
        await store.append([record(1)]);
        await store.rotate();
      }
      await appendFile(path, `{"id":"torn","output":"${SECRET}`);
      const before = new Date(Date.now() - 60_000);
      await utimes(path, before, before);
      expect(await store.erase({ tenantId: "default", subject: "ada" })).toEqual([]);
      expect(await filesWith(dir, SECRET)).toEqual([]);
      await store.append([record(2)]);
      expect((await store.verify()).agents.flatMap(({ problems }) => problems)).toEqual([]);
    },
  );
});

describe("a person whose name was written with escapes", () => {
  it.each(["a\\/da", "\\u0061/d\\u0061"])("is found as %s", async (spelled) => {
    await using folder = await temporaryFolder();
    const { dir } = folder;
    await using store = createJsonlRecords({ dir, durability: "process" });
    await store.append([record(1)]);
    const line = JSON.stringify(record(2, { subject: "SUBJECT", output: SECRET }));
    await appendFile(join(dir, "strategy.jsonl"), `${line.replace("SUBJECT", spelled)}\n`);
    expect(await store.erase({ tenantId: "default", subject: "a/da" })).toEqual(["record-2"]);
    expect(await filesWith(dir, SECRET)).toEqual([]);
  });
});
