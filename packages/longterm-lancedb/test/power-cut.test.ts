import { copyFile, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { openStore, query, here, scope, storeFolder, write } from "./fixtures.ts";
import { behindItsBack, tableFiles } from "./raw-table.ts";

/** A store with two entries, closed. */
async function storeWithEntries(): Promise<string> {
  const uri = await storeFolder();
  const store = openStore(uri);
  await store.save(scope, [write("a", { value: 1, text: "autumn" })]);
  await store.save(scope, [write("b", { value: 2, text: "winter" })]);
  await store.close();
  return uri;
}

/** Adds what no acknowledged save did: a copy of an entry under another id. */
function addUnacknowledged(uri: string): Promise<void> {
  return behindItsBack(uri, async (table) => {
    const [row] = await table.query().limit(1).toArray();
    await table.add([{ ...row, id: "acme::writer:ghost", key: "ghost" }]);
  });
}

async function newestManifest(uri: string): Promise<string> {
  const [newest = ""] = await tableFiles(uri, "_versions");
  return newest;
}

/** Opens the store, finds it as it was, and writes to it. Resolves with what it says it repaired. */
async function expectWhole(uri: string): Promise<readonly string[]> {
  const store = openStore(uri);
  expect((await store.list(scope, { limit: 9 })).items.map(({ value }) => value)).toEqual([1, 2]);
  expect(await store.search(here, query("autumn"))).toHaveLength(1);
  const { status, messages } = await store.health();
  expect(status).toBe("ok");
  await store.save(scope, [write("c", { value: 3, text: "spring" })]);
  await store.close();
  const again = openStore(uri);
  expect(await again.count(scope)).toBe(3);
  expect((await again.health()).messages).toEqual([]);
  return messages;
}

describe("a newest version that was never acknowledged", () => {
  it("is undone where it can be read", async () => {
    const uri = await storeWithEntries();
    await addUnacknowledged(uri);
    expect(await expectWhole(uri)).toEqual([
      expect.stringMatching(/never acknowledged and undone/),
    ]);
  });

  it.each([
    ["empty", async (path: string) => truncate(path)],
    ["cut short", async (path: string) => truncate(path, 100)],
    ["zeros", async (path: string) => writeFile(path, Buffer.alloc((await stat(path)).size))],
  ])("is set aside where its manifest is %s", async (_, damage) => {
    const uri = await storeWithEntries();
    await addUnacknowledged(uri);
    const newest = await newestManifest(uri);
    await damage(newest);
    expect(await expectWhole(uri)).toEqual([expect.stringMatching(/unreadable.*set aside/)]);
    expect(await readdir(join(uri, "set-aside"))).toEqual([
      expect.stringContaining(basename(newest)),
    ]);
  });

  it.each(["data", "_transactions"])(
    "is undone where its files in %s are empty",
    async (folder) => {
      const uri = await storeWithEntries();
      const before = new Set(await tableFiles(uri, folder));
      await addUnacknowledged(uri);
      const added = (await tableFiles(uri, folder)).filter((path) => !before.has(path));
      expect(added).toHaveLength(1);
      for (const path of added) await truncate(path);
      expect(await expectWhole(uri)).toHaveLength(1);
    },
  );

  it("may be several", async () => {
    const uri = await storeWithEntries();
    await addUnacknowledged(uri);
    await addUnacknowledged(uri);
    await truncate(await newestManifest(uri));
    expect(await expectWhole(uri)).toHaveLength(1);
  });

  it("is undone by a process that had the store open, too", async () => {
    const uri = await storeWithEntries();
    const store = openStore(uri);
    expect(await store.count(scope)).toBe(2);
    await addUnacknowledged(uri);
    await store.save(scope, [write("c", { text: "spring" })]);
    expect((await store.list(scope, { limit: 9 })).items.map(({ key }) => key)).toEqual([
      "a",
      "b",
      "c",
    ]);
    expect((await store.health()).messages).toHaveLength(1);
  });
});

describe("an acknowledged version that is damaged", () => {
  it.each([
    ["empty", truncate],
    ["zeros", async (path: string) => writeFile(path, Buffer.alloc((await stat(path)).size))],
    ["gone", rm],
  ])("is not passed over: its manifest is %s", async (_, damage) => {
    const uri = await storeWithEntries();
    await damage(await newestManifest(uri));
    const store = openStore(uri);
    await expect(store.get(scope, ["a"])).rejects.toMatchObject({ code: "MEM_CORRUPT" });
    expect((await store.health()).status).toBe("down");
  });
});

describe("a record of what was acknowledged that is lost", () => {
  it.each([
    ["missing", (path: string) => rm(path)],
    ["empty", (path: string) => truncate(path)],
    ["garbage", (path: string) => writeFile(path, "x".repeat(40))],
  ])("is made anew from the newest version that can be read: it is %s", async (_, damage) => {
    const uri = await storeWithEntries();
    const path = join(uri, "acknowledged");
    const before = await readFile(path, "utf8");
    await damage(path);
    expect(await openStore(uri).count(scope)).toBe(2);
    expect(await readFile(path, "utf8")).toBe(before);
  });

  it("is not written where nobody looks: a store that is open goes on with the new one", async () => {
    const uri = await storeWithEntries();
    const open = openStore(uri);
    expect(await open.count(scope)).toBe(2);
    await rm(join(uri, "acknowledged"));
    const another = openStore(uri);
    expect(await another.count(scope)).toBe(2);
    await open.save(scope, [write("c")]);
    await another.save(scope, [write("d")]);
    expect(await another.count(scope)).toBe(4);
  });
});

describe("a creation that was cut off", () => {
  it("is made anew", async () => {
    const uri = await storeFolder();
    const store = openStore(uri);
    await store.count(scope);
    await store.close();
    await rm(join(uri, "store.json"));
    await truncate(await newestManifest(uri));
    const again = openStore(uri);
    await again.save(scope, [write("a")]);
    expect(await again.count(scope)).toBe(1);
  });

  it("is not what a table with rows is: that is somebody's", async () => {
    const uri = await storeWithEntries();
    await copyFile(join(uri, "store.json"), join(dirname(uri), "kept.json"));
    await rm(join(uri, "store.json"));
    const store = openStore(uri);
    await expect(store.count(scope)).rejects.toMatchObject({ code: "MEM_FORMAT" });
    await copyFile(join(dirname(uri), "kept.json"), join(uri, "store.json"));
    expect(await store.count(scope)).toBe(2);
  });
});
