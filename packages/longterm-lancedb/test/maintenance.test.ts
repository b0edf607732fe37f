import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { eventually, here, openStore, query, scope, storeFolder, write } from "./fixtures.ts";

describe("a store that is written to one entry at a time", () => {
  it("stays small in files, and finds everything", async () => {
    const uri = await storeFolder();
    const store = openStore(uri);
    for (let i = 0; i < 120; i++) {
      await store.save(scope, [write(`key-${i}`, { value: i, text: `number n${i}` })]);
    }
    await eventually(async () => (await readdir(uri, { recursive: true })).length < 100);
    expect(await store.count(scope)).toBe(120);
    expect(await store.get(scope, ["key-7"])).toMatchObject([{ value: 7 }]);
    expect(await store.search(here, query("n49"))).toMatchObject([{ key: "key-49" }]);
    expect((await store.health()).status).toBe("ok");
  }, 120_000);

  it("loses the files that a killed process had not finished", async () => {
    const uri = await storeFolder();
    const store = openStore(uri);
    await store.save(scope, [write("a")]);
    const data = join(uri, "memory.lance", "data");
    await writeFile(join(data, ".tmpAbC123"), "half a file");
    await store.flush();
    await eventually(async () => !(await readdir(data)).includes(".tmpAbC123"));
    expect(await store.count(scope)).toBe(1);
  });
});

describe("saves at the same time", () => {
  it("share their commits", async () => {
    const store = openStore(await storeFolder());
    await store.save(scope, [write("first")]);
    const version = async () => Number((await store.health()).details["tableVersion"]);
    const before = await version();
    await Promise.all(Array.from({ length: 100 }, (_, i) => store.save(scope, [write(`k-${i}`)])));
    expect((await version()) - before).toBeLessThanOrEqual(2);
    expect(await store.count(scope)).toBe(101);
  });
});
