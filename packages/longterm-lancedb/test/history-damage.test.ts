import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { HISTORY_NAME } from "../src/folder/location.ts";
import { readBases, writeBases } from "../src/table/base-file.ts";
import { listVersions } from "../src/table/table-files.ts";
import { eventually, openStore, scope, storeFolder, write } from "./fixtures.ts";
import { behindItsBack } from "./raw-table.ts";

const history = {};

describe("a damaged row of history", () => {
  it.each([
    ["value", "'\"forged\"'"],
    ["updated_at", "7.0"],
    ["at", "1e14"],
    ["kind", "'deleted'"],
  ])("is refused, not returned, where its %s is another", async (column, value) => {
    const uri = await storeFolder();
    const store = openStore(uri, { history });
    for (const each of [1, 2]) await store.save(scope, [write("a", { value: each })]);
    await store.save(scope, [write("b", { value: "sound" })]);
    await store.flush();
    const asOf = Date.now();
    await store.close();
    await damageHistory(uri, column, value);
    const again = openStore(uri, { history });
    const corrupt = { code: "MEM_CORRUPT", message: expect.stringContaining('"a"') };
    await expect(again.get(scope, ["a"], { asOf })).rejects.toMatchObject(corrupt);
    await expect(again.history(scope, "a", { limit: 9 })).rejects.toMatchObject(corrupt);
    expect(await again.get(scope, ["b"], { asOf })).toMatchObject([{ value: "sound" }]);
    const { problems } = await again.verify();
    expect(problems).toMatchObject([{ place: { tenantId: "acme", key: "a" } }]);
    await again.erase({ scope, key: "a" });
    expect((await again.verify()).problems).toEqual([]);
    expect(await again.get(scope, ["a"], { asOf: Date.now() })).toEqual([undefined]);
  });
});

describe("what a crash leaves of history", () => {
  it("is undone where it was never published", async () => {
    const uri = await storeFolder();
    const store = openStore(uri, { history });
    for (const value of [1, 2]) await store.save(scope, [write("a", { value })]);
    await store.flush();
    await store.close();
    await behindItsBack(uri, (table) => table.delete("true"), HISTORY_NAME);
    const again = openStore(uri);
    await again.save(scope, [write("a", { value: 3 })]);
    await again.flush();
    await again.close();
    const { items } = await openStore(uri, { history }).history(scope, "a", { limit: 9 });
    expect(items.map(({ entry }) => entry?.value)).toEqual([3, 2, 1]);
  });

  it("is made up for from the log where its newest version can't be read", async () => {
    const uri = await storeFolder();
    const store = openStore(uri, { history });
    for (const value of [1, 2, 3]) {
      await store.save(scope, [write("a", { value })]);
      await store.flush();
    }
    await store.close();
    const versions = join(uri, `${HISTORY_NAME}.lance`, "_versions");
    const [newest = ""] = (await readdir(versions)).toSorted();
    await rm(join(versions, newest));
    const { items } = await openStore(uri, { history }).history(scope, "a", { limit: 9 });
    expect(items.map(({ entry }) => entry?.value)).toEqual([3, 2, 1]);
  });
});

describe("a history that is written in small pieces", () => {
  it("stays small in files", async () => {
    const uri = await storeFolder();
    const store = openStore(uri, { history });
    for (let i = 0; i < 60; i++) {
      await store.save(scope, [write("a", { value: i })]);
      await store.flush();
    }
    const folder = join(uri, `${HISTORY_NAME}.lance`);
    await eventually(async () => (await readdir(folder, { recursive: true })).length < 50);
    expect((await store.history(scope, "a", { limit: 100 })).items).toHaveLength(60);
  }, 60_000);
});

async function damageHistory(uri: string, column: string, value: string): Promise<void> {
  await behindItsBack(
    uri,
    (table) => table.update({ where: "value = '2'", valuesSql: { [column]: value } }),
    HISTORY_NAME,
  );
  // As if the damaged version had been published.
  const path = join(uri, "base.json");
  const { current } = (await readBases(path)) ?? expect.fail("it is there");
  const [version = 0] = await listVersions(join(uri, `${HISTORY_NAME}.lance`));
  const damaged = { ...(current.history ?? expect.fail("it keeps one")), version };
  await writeBases(path, { current: { ...current, history: damaged } });
}
