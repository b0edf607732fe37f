import { mkdir, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { createHashingEmbedder, createManualClock, type LongTermStore } from "@mem/core";
import { describe, expect, it } from "vitest";
import { eventually, here, openStore, query, scope, storeFolder, write } from "./fixtures.ts";
import { filesOf } from "./folder-bytes.ts";
import { behindItsBack, tableFiles } from "./raw-table.ts";

const SAVES = 1_500;

/** Newest first. */
async function manifests(uri: string): Promise<string[]> {
  return (await tableFiles(uri, "_versions")).filter((path) => path.endsWith("manifest"));
}

async function pins(uri: string): Promise<string[]> {
  return readdir(join(uri, "pins")).catch(() => []);
}

async function saveOneByOne(store: LongTermStore, from: number, to: number): Promise<void> {
  for (let i = from; i < to; i++) {
    // The same keys again and again.
    await store.save(scope, [write(`key-${i % 500}`, { value: i, text: `number n${i % 500}` })]);
  }
}

async function fill(store: LongTermStore, from: number, to: number): Promise<void> {
  for (let i = from; i < to; i += 5_000) {
    const keys = Array.from({ length: 5_000 }, (_, j) => `key-${i + j}`);
    await store.save(
      scope,
      keys.map((key) => write(key, { value: 0, text: "" })),
    );
    await store.flush();
  }
}

describe("a store that is written to one entry at a time", () => {
  it("stays small in files and bytes, by itself, and finds everything", async () => {
    const uri = await storeFolder();
    const store = openStore(uri);
    for (let i = 0; i < SAVES; i += 100) {
      await saveOneByOne(store, i, i + 100);
      await store.flush();
    }
    await eventually(async () => (await filesOf(uri)).size < 120);
    const bytes = [...(await filesOf(uri)).values()].reduce((sum, { length }) => sum + length, 0);
    expect(bytes).toBeLessThan(10_000_000);
    expect(await store.count(scope)).toBe(500);
    expect(await store.get(scope, ["key-7"])).toMatchObject([{ value: 1_007 }]);
    expect(await store.search(here, query("n49"))).toMatchObject([{ key: "key-49" }]);
    expect(await store.health()).toMatchObject({ status: "ok", messages: [] });
  }, 60_000);

  it("loses the files that a killed process had not finished", async () => {
    const uri = await storeFolder();
    const store = openStore(uri);
    await store.save(scope, [write("a")]);
    const data = join(uri, "memory.lance", "data");
    await store.flush();
    await writeFile(join(data, ".tmpAbC123"), "half a file");
    await eventually(async () => !(await readdir(data)).includes(".tmpAbC123"));
    expect(await store.count(scope)).toBe(1);
  });

  it("drops the log's segments when the table has them", async () => {
    const uri = await storeFolder();
    const store = openStore(uri);
    const text = "x".repeat(1_000_000);
    for (let i = 0; i < 30; i++) {
      await store.save(scope, [write("large", { value: i, text })]);
      if (i % 5 === 4) await store.flush();
    }
    const segments = await filesOf(join(uri, "log"));
    expect([...segments.keys()].some((path) => path.includes("0000000001"))).toBe(false);
    const bytes = [...segments.values()].reduce((sum, { length }) => sum + length, 0);
    expect(bytes).toBeLessThan(25_000_000);
    expect(await store.get(scope, ["large"])).toMatchObject([{ value: 29 }]);
  }, 60_000);
});

describe("indexes", () => {
  it("are built when the table has the size for them, and answer as before", async () => {
    const uri = await storeFolder();
    const store = openStore(uri, { embedder: createHashingEmbedder({ dimensions: 8 }) });
    for (let i = 0; i < 11_000; i += 1_000) {
      const keys = Array.from({ length: 1_000 }, (_, j) => `key-${i + j}`);
      await store.save(
        scope,
        keys.map((key, j) =>
          write(key, { value: i + j, text: j % 100 === 0 ? `word ${key}` : "" }),
        ),
      );
    }
    await store.flush();
    const columns = () =>
      behindItsBack(uri, async (table) =>
        (await table.listIndices()).flatMap((each) => each.columns),
      );
    await eventually(async () => (await columns()).includes("workflow"));
    expect(await columns()).toEqual(expect.arrayContaining(["id", "tenant", "agent", "terms"]));
    expect(await store.count(scope)).toBe(11_000);
    expect(await store.get(scope, ["key-10999", "none"])).toMatchObject([
      { value: 10_999 },
      undefined,
    ]);
    expect(await store.search(here, query("word", { topK: 200 }))).toHaveLength(110);
    expect(await store.verify()).toEqual({ entries: 11_000, problems: [] });
  }, 60_000);

  it("of a large table have, when nobody writes, also what an earlier process left out", async () => {
    const uri = await storeFolder();
    const unindexed = () =>
      behindItsBack(uri, async (table) => {
        const index = await table.indexStats("terms_idx");
        return index?.numUnindexedRows;
      });
    const first = openStore(uri);
    await fill(first, 0, 55_000);
    await eventually(async () => (await unindexed()) === 0);
    await first.close();
    // Its clock stands still, so nobody is ever idle.
    const hasty = openStore(uri, { clock: createManualClock() });
    await fill(hasty, 55_000, 60_000);
    await hasty.close();
    expect(await unindexed()).toBe(5_000);
    const reader = openStore(uri);
    await reader.count(scope);
    await eventually(async () => (await unindexed()) === 0);
  }, 60_000);
});

describe("a walk through the entries", () => {
  it("reads all as they were when it began, whatever is written and cleaned up meanwhile", async () => {
    const uri = await storeFolder();
    const store = openStore(uri);
    const count = 5_000;
    const all = Array.from({ length: count }, (_, i) => write(`key-${i}`, { value: "before" }));
    await store.save(scope, all);
    await store.flush();
    await store.save(scope, [write("key-1", { value: "unflushed" })]);
    const beside = openStore(uri);
    const seen = new Map<string, unknown>();
    let isFirst = true;
    for await (const batch of store.entries()) {
      for (const { entry } of batch) {
        expect(seen.has(entry.key)).toBe(false);
        seen.set(entry.key, entry.value);
      }
      if (!isFirst) continue;
      isFirst = false;
      const before = await manifests(uri);
      for (let i = 0; i < 3; i++) {
        await beside.save(scope, [write("key-2", { value: i }), write(`new-${i}`)]);
        await beside.delete(scope, [{ key: `key-${10 + i}` }]);
        await beside.flush();
      }
      await eventually(async () => {
        const now = await manifests(uri);
        return before.some((path) => !now.includes(path)) || now.length < before.length + 3;
      });
    }
    expect(seen.size).toBe(count);
    expect(seen.get("key-1")).toBe("unflushed");
    expect(new Set(seen.values())).toEqual(new Set(["before", "unflushed"]));
    expect(await readdir(join(uri, "pins"))).toEqual([]);
  }, 60_000);
});

describe("a walk that is given up before its first step", () => {
  it("keeps no version of the table from being cleaned up", async () => {
    const uri = await storeFolder();
    const store = openStore(uri);
    await store.save(scope, [write("a")]);
    const giveUp = new AbortController();
    const walk = store.entries({}, { signal: giveUp.signal })[Symbol.asyncIterator]();
    const first = walk.next();
    await eventually(async () => (await pins(uri)).length > 0, setImmediate);
    giveUp.abort();
    await Promise.allSettled([first]);
    await walk.return?.();
    expect(await pins(uri)).toEqual([]);
  });
});

describe("maintenance", () => {
  it("that fails is told of by health, and keeps nobody from saving", async () => {
    const uri = await storeFolder();
    const store = openStore(uri);
    await store.save(scope, [write("a", { value: 1, text: "autumn" })]);
    await store.flush();
    const [oldest = ""] = (await manifests(uri)).toReversed();
    await rm(oldest);
    await mkdir(oldest);
    await eventually(async () => (await store.health()).status === "degraded");
    expect((await store.health()).messages).toEqual([expect.stringMatching(/^maintenance fails/)]);
    await store.save(scope, [write("b", { value: 2 })]);
    await store.flush();
    expect(await store.get(scope, ["a", "b"])).toMatchObject([{ value: 1 }, { value: 2 }]);
  });

  it("is not kept from its work by an old version that a power cut has emptied", async () => {
    const uri = await storeFolder();
    const store = openStore(uri);
    await store.save(scope, [write("a", { value: 1, text: "autumn" })]);
    await store.flush();
    const before = await manifests(uri);
    await truncate(before.at(-1) ?? "");
    await eventually(async () => {
      const now = await manifests(uri);
      return before.slice(2).every((path) => !now.includes(path));
    });
    expect((await store.health()).status).toBe("ok");
    expect(await store.verify()).toEqual({ entries: 1, problems: [] });
  });
});

describe("saves at the same time", () => {
  it("share their commits", async () => {
    const store = openStore(await storeFolder());
    await store.save(scope, [write("first")]);
    const version = async () => Number((await store.health()).details["tableVersion"]);
    const before = await version();
    await Promise.all(Array.from({ length: 100 }, (_, i) => store.save(scope, [write(`k-${i}`)])));
    await store.flush();
    expect((await version()) - before).toBeLessThanOrEqual(3);
    expect(await store.count(scope)).toBe(101);
  });
});
