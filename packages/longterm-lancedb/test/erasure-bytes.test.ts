import { dirname } from "node:path";
import { createHashingEmbedder, type ErasureRequest, type LongTermStore } from "@mem/core";
import { describe, expect, it } from "vitest";
import { eventually, here, openStore, query, scope, storeFolder, write } from "./fixtures.ts";
import { filesWith, hashOf } from "./folder-bytes.ts";
import { tableFiles } from "./raw-table.ts";

/** In every part of an entry; a word that the analyzer leaves as it is. */
const CANARY = "zqxkanarik";
const KEY = `${CANARY}-key`;
const SUBJECT = `${CANARY}-subject`;
const TEXT = `autumn ${CANARY} winter`;
const OTHERS = 40;

const canary = write(KEY, {
  value: { name: `${CANARY} \u00e9\u{1F600}` },
  text: TEXT,
  metadata: { about: CANARY },
  subject: SUBJECT,
  sequence: { id: CANARY, position: 1 },
});

const embedder = createHashingEmbedder({ dimensions: 16 });

async function saveOthers(store: LongTermStore): Promise<void> {
  const others = Array.from({ length: OTHERS }, (_, i) =>
    write(`other-${i}`, { value: i, text: `autumn leaves ${i}`, subject: "somebody" }),
  );
  await store.save(scope, others);
}

/** Resolves once maintenance has removed the earlier versions. */
async function cleanedUp(uri: string): Promise<void> {
  await eventually(async () => (await tableFiles(uri, "_versions")).length <= 4);
}

async function expectErased(uri: string, store: LongTermStore): Promise<void> {
  const folder = dirname(uri);
  expect(await filesWith(folder, CANARY)).toEqual([]);
  const [vector] = await embedder.embed([TEXT], { kind: "document" });
  const { buffer, byteOffset, byteLength } = vector ?? expect.fail("there is one");
  expect(await filesWith(folder, Buffer.from(buffer, byteOffset, byteLength))).toEqual([]);
  expect(await store.get(scope, [KEY])).toEqual([undefined]);
  expect(await store.search(here, query(CANARY))).toEqual([]);
  expect(await store.count(scope)).toBe(OTHERS);
  const { items } = await store.list(scope, { limit: 100 });
  expect(new Set(items.map(({ value }) => value))).toEqual(
    new Set(Array.from({ length: OTHERS }, (_, i) => i)),
  );
  expect(await store.search(here, query("leaves", { topK: 100 }))).toHaveLength(OTHERS);
  expect(await store.verify()).toEqual({ entries: OTHERS, problems: [] });
}

const byKey: ErasureRequest = { scope, key: KEY };
const bySubject: ErasureRequest = { tenantId: "acme", subject: SUBJECT };

describe("an erasure", () => {
  it.each([
    ["by key, of what is only in the log", byKey, async () => undefined],
    ["by subject, of what is only in the log", bySubject, async () => undefined],
    ["by key, of what was flushed", byKey, async (store: LongTermStore) => store.flush()],
    ["by subject, of what was flushed", bySubject, async (store: LongTermStore) => store.flush()],
    [
      "by key, of what was flushed, changed and flushed again",
      byKey,
      async (store: LongTermStore) => {
        await store.flush();
        await store.save(scope, [{ ...canary, value: `${CANARY} again` }]);
        await store.save(scope, [write("other-1", { value: 1, text: "autumn leaves 1" })]);
        await store.flush();
      },
    ],
    [
      "by subject, of what was compacted and indexed",
      bySubject,
      async (store: LongTermStore, uri: string) => {
        await store.flush();
        await cleanedUp(uri);
      },
    ],
  ] as const)("leaves no byte of it in any file: %s", async (_, request, before) => {
    const uri = await storeFolder();
    const store = openStore(uri, { embedder });
    await saveOthers(store);
    await store.save(scope, [canary]);
    const beside = openStore(uri);
    expect(await beside.get(scope, [KEY])).toHaveLength(1);
    await before(store, uri);
    expect((await filesWith(dirname(uri), CANARY)).length).toBeGreaterThan(0);
    const receipt = await store.erase(request);
    expect(receipt).toMatchObject({ dryRun: false, entries: [{ agentId: "writer", key: KEY }] });
    await expectErased(uri, store);
    expect(await beside.get(scope, [KEY])).toEqual([undefined]);
    expect(await beside.search(here, query(CANARY))).toEqual([]);
    await store.close();
    await beside.close();
    await expectErased(uri, openStore(uri, { embedder }));
  });

  it("takes what was deleted before, too, which is still in files", async () => {
    const uri = await storeFolder();
    const store = openStore(uri, { embedder });
    await saveOthers(store);
    await store.save(scope, [canary]);
    await store.flush();
    await store.delete(scope, [{ key: KEY }]);
    await store.flush();
    expect((await filesWith(uri, CANARY)).length).toBeGreaterThan(0);
    expect(await store.erase(byKey)).toMatchObject({ entries: [] });
    await expectErased(uri, store);
  });

  it("leaves alone what another handle saves at the same time", async () => {
    const uri = await storeFolder();
    const store = openStore(uri);
    const beside = openStore(uri);
    await store.save(scope, [canary]);
    const [erased, saved] = await Promise.all([
      store.erase(bySubject),
      beside.save(scope, [write("beside", { value: 7, text: "autumn leaves" })]),
    ]);
    expect(erased.entries).toHaveLength(1);
    expect(saved).toMatchObject([{ stored: true }]);
    expect(await store.get(scope, ["beside", KEY])).toMatchObject([{ value: 7 }, undefined]);
    expect(await filesWith(uri, CANARY)).toEqual([]);
  });

  it("changes nothing on a dry run, which says what would go", async () => {
    const uri = await storeFolder();
    const store = openStore(uri);
    await saveOthers(store);
    await store.save(scope, [canary]);
    await store.flush();
    await store.save(scope, [write("unflushed", { subject: SUBJECT })]);
    await store.close();
    const before = await hashOf(uri);
    const again = openStore(uri);
    const { entries, dryRun } = await again.erase(bySubject, { dryRun: true });
    expect(dryRun).toBe(true);
    expect(entries.map(({ key }) => key).toSorted()).toEqual(["unflushed", KEY].toSorted());
    expect(await hashOf(uri)).toBe(before);
    expect(await again.count(scope)).toBe(OTHERS + 2);
  });

  it("needs no room where saves wait for it", async () => {
    const uri = await storeFolder();
    const store = openStore(uri, { maxUnflushedBytes: 2_000 });
    await store.save(scope, [{ ...canary, text: `${CANARY} ${"x".repeat(4_000)}` }]);
    expect(await store.erase(byKey)).toMatchObject({ entries: [{ key: KEY }] });
    expect(await filesWith(uri, CANARY)).toEqual([]);
  });

  it("while somebody walks through the entries ends the walk with an error at most", async () => {
    const uri = await storeFolder();
    const store = openStore(uri);
    const many = Array.from({ length: 5_000 }, (_, i) => write(`key-${i}`, { value: i }));
    await store.save(scope, many);
    await store.flush();
    const walk = store.entries()[Symbol.asyncIterator]();
    expect((await walk.next()).done).toBe(false);
    await store.erase({ scope, key: "key-7" });
    const rest = async (): Promise<number> => {
      let seen = 0;
      for (let step = await walk.next(); !step.done; step = await walk.next()) {
        seen += step.value.length;
      }
      return seen;
    };
    const [ended] = await Promise.allSettled([rest()]);
    if (ended.status === "rejected") {
      expect(ended.reason).toMatchObject({ name: "MemoryError", code: "MEM_UNAVAILABLE" });
    }
    expect(await store.count(scope)).toBe(many.length - 1);
  }, 60_000);
});
