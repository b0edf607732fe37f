import { readFile, stat, truncate, writeFile } from "node:fs/promises";
import { createHashingEmbedder, type LongTermEntry } from "@mem/core";
import { describe, expect, it } from "vitest";
import { createLanceDbStore } from "../src/index.ts";
import { here, openStore, query, scope, storeFolder, write } from "./fixtures.ts";
import { filesOf } from "./folder-bytes.ts";
import { tableFiles } from "./raw-table.ts";

const ENTRIES = 20;
const FLIPS = 16;
const KEYS = Array.from({ length: ENTRIES }, (_, i) => `key-${i}`);
const embedder = createHashingEmbedder({ dimensions: 16 });

/** A closed store of entries that have every field, and the entries. */
async function storeWithEntries(
  isFlushed: boolean,
): Promise<{ readonly uri: string; readonly saved: ReadonlyMap<string, LongTermEntry> }> {
  const uri = await storeFolder();
  const store = openStore(uri, { embedder });
  await store.save(
    scope,
    KEYS.map((key, i) =>
      write(key, {
        value: { i, list: ["x".repeat(i)] },
        text: `autumn ${i}`,
        metadata: { i },
        subject: `person-${i}`,
        sequence: { id: "s", position: i },
      }),
    ),
  );
  if (isFlushed) await store.flush();
  const entries = await store.get(scope, KEYS);
  await store.close();
  return {
    uri,
    saved: new Map(entries.map((entry) => [entry?.key ?? "", entry as LongTermEntry])),
  };
}

/** Flips bytes; resolves with how many flips a read noticed, and how many `verify` did. */
async function flip(
  uri: string,
  path: string,
  saved: ReadonlyMap<string, LongTermEntry>,
): Promise<{ readonly byReads: number; readonly byVerify: number }> {
  const whole = await readFile(path);
  let byReads = 0;
  let byVerify = 0;
  for (let i = 0; i < FLIPS; i++) {
    const at = Math.floor((i * whole.length) / FLIPS);
    const damaged = Buffer.from(whole);
    damaged[at] = (damaged[at] ?? 0) ^ (1 << (i % 8));
    await writeFile(path, damaged);
    await using store = createLanceDbStore({ uri, embedder });
    const { problems } = await store.verify();
    if (problems.length > 0) byVerify++;
    const answers = await Promise.allSettled([
      store.get(scope, KEYS),
      store.list(scope, { limit: ENTRIES }).then(({ items }) => items),
      store.search(here, query("autumn", { topK: ENTRIES })),
      store.search(here, query("autumn", { topK: ENTRIES, mode: "vector" })),
    ]);
    if (answers.some(({ status }) => status === "rejected")) byReads++;
    for (const answer of answers) {
      if (answer.status === "rejected") {
        expect(answer.reason).toMatchObject({
          name: "MemoryError",
          code: expect.stringMatching(/^MEM_(CORRUPT|FORMAT)$/),
        });
        continue;
      }
      for (const entry of answer.value) {
        if (entry !== undefined) expect(entry).toMatchObject(saved.get(entry.key) ?? {});
      }
    }
  }
  await writeFile(path, whole);
  return { byReads, byVerify };
}

describe("a flipped byte", () => {
  it("of a row is never returned as data, and verify tells of it", async () => {
    const { uri, saved } = await storeWithEntries(true);
    const paths = await tableFiles(uri, "data");
    const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
    const largest = paths[sizes.indexOf(Math.max(...sizes))] ?? "";
    const { byReads, byVerify } = await flip(uri, largest, saved);
    expect(byReads).toBeGreaterThan(0);
    expect(byVerify).toBeGreaterThanOrEqual(byReads);
  }, 60_000);

  it("of the log is never returned as data, and verify tells of it", async () => {
    const { uri, saved } = await storeWithEntries(false);
    const [path] = [...(await filesOf(`${uri}/log`)).keys()];
    const { byVerify } = await flip(uri, path ?? "", saved);
    expect(byVerify).toBeGreaterThan(FLIPS / 2);
  }, 60_000);
});

describe("a table whose data is gone", () => {
  it("is said to be damaged by every read, a walk included", async () => {
    const { uri } = await storeWithEntries(true);
    for (const path of await tableFiles(uri, "data")) await truncate(path, 100);
    const store = openStore(uri, { embedder });
    const reads = [
      store.get(scope, KEYS),
      store.list(scope, { limit: ENTRIES }),
      store.search(here, query("autumn")),
      store.entries()[Symbol.asyncIterator]().next(),
    ];
    for (const read of await Promise.allSettled(reads)) {
      expect(read).toMatchObject({ status: "rejected", reason: { code: "MEM_CORRUPT" } });
    }
  });
});

describe("a damaged entry", () => {
  it.each([
    ["value", '"untouched"', '"untouchex"'],
    ["text", "autumn leaves", "autumn leavex"],
  ])("can be overwritten by saving it again, and is named: its %s", async (_, sound, other) => {
    const uri = await storeFolder();
    const store = openStore(uri);
    const entry = { value: "untouched", text: "autumn leaves" };
    await store.save(scope, [write("a", entry), write("b", { value: 1 })]);
    await store.flush();
    expect(await store.verify()).toEqual({ entries: 2, problems: [] });
    await store.close();
    const [path = ""] = await tableFiles(uri, "data");
    const whole = await readFile(path, "latin1");
    expect(whole).toContain(sound);
    await writeFile(path, whole.replace(sound, other), "latin1");
    const again = openStore(uri);
    await expect(again.get(scope, ["a"])).rejects.toMatchObject({ code: "MEM_CORRUPT" });
    expect(await again.get(scope, ["b"])).toMatchObject([{ value: 1 }]);
    const place = { tenantId: "acme", agentId: "writer", key: "a" };
    expect((await again.verify()).problems).toMatchObject([{ place }]);
    await again.save(scope, [write("a", { value: "new" })]);
    expect(await again.get(scope, ["a"])).toMatchObject([{ value: "new" }]);
    await again.flush();
    expect(await again.verify()).toEqual({ entries: 2, problems: [] });
  });

  it("is named where only its vector is damaged, and found by words as ever", async () => {
    const { uri, saved } = await storeWithEntries(true);
    const [path = ""] = await tableFiles(uri, "data");
    const [vector] = await embedder.embed(["autumn 7"], { kind: "document" });
    const { buffer, byteOffset, byteLength } = vector ?? expect.fail("there is one");
    const whole = await readFile(path);
    const at = whole.indexOf(Buffer.from(buffer, byteOffset, byteLength));
    expect(at).toBeGreaterThan(0);
    whole[at + 1] = (whole[at + 1] ?? 0) ^ 1;
    await writeFile(path, whole);
    const store = openStore(uri, { embedder });
    expect((await store.verify()).problems).toMatchObject([{ place: { key: "key-7" } }]);
    expect(await store.get(scope, ["key-7"])).toEqual([saved.get("key-7")]);
    expect(await store.search(here, query("autumn", { topK: 50 }))).toHaveLength(ENTRIES);
    const byVector = query("autumn 7", { mode: "vector", topK: 50 });
    await expect(store.search(here, byVector)).rejects.toMatchObject({ code: "MEM_CORRUPT" });
  });
});
