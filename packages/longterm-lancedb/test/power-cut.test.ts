import {
  appendFile,
  copyFile,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { createLanceDbStore } from "../src/index.ts";
import { loadNativeModules } from "../src/table/native-module.ts";
import { fromStored, type StoredRow } from "../src/table/row-queries.ts";
import { rowTable } from "../src/table/row-table.ts";
import { here, openStore, query, scope, storeFolder, write } from "./fixtures.ts";
import { behindItsBack, tableFiles } from "./raw-table.ts";

/** A closed store with an entry in each of two flushes, and one that is only in the log. */
async function storeWithEntries(): Promise<string> {
  const uri = await storeFolder();
  const store = openStore(uri);
  await store.save(scope, [write("a", { value: 1, text: "autumn" })]);
  await store.flush();
  await store.save(scope, [write("b", { value: 2, text: "winter" })]);
  await store.flush();
  await store.save(scope, [write("c", { value: 3, text: "spring" })]);
  await store.close();
  return uri;
}

/** Commits to the table something that was never published: a copy of an entry under another id. */
function addUnpublished(uri: string): Promise<void> {
  return behindItsBack(uri, async (table) => {
    const rows: StoredRow[] = await table.query().limit(1).toArray();
    const { arrow } = await loadNativeModules();
    const ghosts = rows.map((row) => ({ ...fromStored(row), id: "acme::writer:ghost" }));
    await table.add(rowTable(arrow, ghosts, undefined));
  });
}

async function newestManifest(uri: string): Promise<string> {
  const [newest = ""] = await tableFiles(uri, "_versions");
  return newest;
}

async function newestSegment(uri: string): Promise<string> {
  const names = await readdir(join(uri, "log"));
  return join(uri, "log", names.toSorted().at(-1) ?? "");
}

/** Opens the store, expects it to be as it was, and writes to it. Resolves with the repairs that it reports. */
async function expectWhole(uri: string): Promise<readonly string[]> {
  const store = openStore(uri);
  const { items } = await store.list(scope, { limit: 9 });
  expect(items.map(({ value }) => value)).toEqual([1, 2, 3]);
  expect(await store.search(here, query("winter"))).toHaveLength(1);
  await store.save(scope, [write("d", { value: 4, text: "summer" })]);
  await store.flush();
  const { status, messages } = await store.health();
  expect(status).toBe("ok");
  await store.close();
  const again = openStore(uri);
  expect(await again.count(scope)).toBe(4);
  expect(await again.verify()).toMatchObject({ entries: 4 });
  expect((await again.health()).status).toBe("ok");
  return messages;
}

async function zeros(path: string): Promise<void> {
  await writeFile(path, Buffer.alloc((await stat(path)).size));
}

const damages: readonly (readonly [string, (path: string) => Promise<void>])[] = [
  ["empty", (path) => truncate(path)],
  ["cut short", (path) => truncate(path, 100)],
  ["zeros", zeros],
];

describe("a version of the table that was never published", () => {
  it("counts for nothing where it can be read", async () => {
    const uri = await storeWithEntries();
    await addUnpublished(uri);
    expect(await expectWhole(uri)).toEqual([]);
  });

  it.each(damages)("is set aside where its manifest is %s", async (_, damage) => {
    const uri = await storeWithEntries();
    await addUnpublished(uri);
    const newest = await newestManifest(uri);
    await damage(newest);
    expect(await expectWhole(uri)).toEqual([expect.stringMatching(/unreadable.*set aside/)]);
    expect(await readdir(join(uri, "set-aside"))).toEqual([
      expect.stringContaining(basename(newest)),
    ]);
  });

  it.each(["data", "_transactions"])("may have empty files in %s", async (folder) => {
    const uri = await storeWithEntries();
    const before = new Set(await tableFiles(uri, folder));
    await addUnpublished(uri);
    const added = (await tableFiles(uri, folder)).filter((path) => !before.has(path));
    expect(added).toHaveLength(1);
    for (const path of added) await truncate(path);
    await expectWhole(uri);
  });

  it("is undone by a process that has the store open, too", async () => {
    const uri = await storeWithEntries();
    const store = openStore(uri);
    expect(await store.count(scope)).toBe(3);
    await addUnpublished(uri);
    await addUnpublished(uri);
    await truncate(await newestManifest(uri));
    await store.flush();
    await store.close();
    expect(await expectWhole(uri)).toEqual([]);
  });
});

describe("a published version of the table that can't be read", () => {
  it.each([...damages, ["gone", (path: string) => rm(path)] as const])(
    "is gone back from, and the log makes up for it: its manifest is %s",
    async (_, damage) => {
      const uri = await storeWithEntries();
      await damage(await newestManifest(uri));
      expect(await expectWhole(uri)).toEqual([expect.stringMatching(/unreadable.*from the log/)]);
    },
  );

  it("is gone back from without loss while another handle has it open", async () => {
    const uri = await storeWithEntries();
    const open = openStore(uri);
    expect(await open.count(scope)).toBe(3);
    await truncate(await newestManifest(uri));
    await using beside = createLanceDbStore({ uri });
    expect(await beside.count(scope)).toBe(3);
    await open.save(scope, [write("d", { value: 4 })]);
    await Promise.allSettled([open.flush()]);
    await beside.save(scope, [write("e", { value: 5 })]);
    await beside.flush();
    const again = openStore(uri);
    for (const store of [again, beside, open]) {
      const { items } = await store.list(scope, { limit: 9 });
      expect(items.map(({ value }) => value)).toEqual([1, 2, 3, 4, 5]);
    }
    await Promise.allSettled([open.flush()]);
    expect(await again.verify()).toMatchObject({ entries: 5, problems: [] });
  });

  it("is damage where the one before it can't be read either", async () => {
    const uri = await storeWithEntries();
    for (const path of await tableFiles(uri, "_versions")) await truncate(path);
    const store = openStore(uri);
    await expect(store.get(scope, ["a"])).rejects.toMatchObject({ code: "MEM_CORRUPT" });
    expect((await store.health()).status).toBe("down");
    expect((await store.verify()).problems).toHaveLength(1);
  });
});

describe("the log", () => {
  it.each([
    ["half a frame", '\n78721bac data 5b1f2c0e9a77 9 {"kind":"sa'],
    ["zeros", "\0".repeat(500)],
    ["half a character", "\n\u{1F600}".slice(0, 2)],
  ])("may end with %s", async (_, rest) => {
    const uri = await storeWithEntries();
    await appendFile(await newestSegment(uri), rest);
    expect((await expectWhole(uri)).length).toBeLessThanOrEqual(1);
  });

  it("may have lost the word of the last flush: its process died before it could say it", async () => {
    const uri = await storeWithEntries();
    const path = await newestSegment(uri);
    const lines = (await readFile(path, "utf8")).split("\n");
    const last = lines.findLastIndex((line) => line.includes('"kind":"flushed"'));
    expect(last).toBeGreaterThan(0);
    // A comment of the same length, so that all other lines keep their offsets.
    lines[last] = "#".repeat(lines[last]?.length ?? 0);
    await writeFile(path, lines.join("\n"));
    await expectWhole(uri);
  });
});

describe("the file that names the state of the table", () => {
  it.each([
    ["missing", (path: string) => rm(path)],
    ["empty", (path: string) => truncate(path)],
    ["garbage", (path: string) => writeFile(path, "x".repeat(40))],
    ["another's", (path: string) => writeFile(path, '{"current":{"version":"1"}}')],
  ])("is damage where it is %s, and nothing is written", async (_, damage) => {
    const uri = await storeWithEntries();
    const path = join(uri, "base.json");
    await copyFile(path, join(dirname(uri), "kept"));
    await damage(path);
    const store = openStore(uri);
    await expect(store.get(scope, ["a"])).rejects.toMatchObject({
      code: "MEM_CORRUPT",
      message: expect.stringContaining("base.json"),
    });
    await expect(store.save(scope, [write("d")])).rejects.toMatchObject({ code: "MEM_CORRUPT" });
    expect((await store.health()).status).toBe("down");
    await copyFile(join(dirname(uri), "kept"), path);
    expect(await expectWhole(uri)).toEqual([]);
  });
});

describe("files that a killed process had not finished", () => {
  it("are in nobody's way", async () => {
    const uri = await storeWithEntries();
    const data = join(uri, "memory.lance", "data");
    await writeFile(join(data, ".tmpAbC123"), "half a file");
    await writeFile(join(uri, "base.json.tmp"), "half a file");
    expect(await expectWhole(uri)).toEqual([]);
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
    const kept = join(dirname(uri), "kept.json");
    await copyFile(join(uri, "store.json"), kept);
    await rm(join(uri, "store.json"));
    const store = openStore(uri);
    await expect(store.count(scope)).rejects.toMatchObject({ code: "MEM_FORMAT" });
    await copyFile(kept, join(uri, "store.json"));
    expect(await store.count(scope)).toBe(3);
  });

  it("is not what a log with changes is, either", async () => {
    const uri = await storeWithEntries();
    await rm(join(uri, "store.json"));
    await rm(join(uri, "memory.lance"), { recursive: true });
    await expect(openStore(uri).count(scope)).rejects.toMatchObject({ code: "MEM_FORMAT" });
  });
});

describe("a store whose table is gone", () => {
  it("is damaged, not unavailable", async () => {
    const uri = await storeWithEntries();
    await rm(join(uri, "memory.lance"), { recursive: true });
    await expect(openStore(uri).count(scope)).rejects.toMatchObject({ code: "MEM_CORRUPT" });
  });
});
