import type { LongTermStore, LongTermWrite, WriteResult } from "@mem/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { Child } from "./child-process.ts";
import { openStore, scope, storeFolder, write } from "./fixtures.ts";
import { newLocation, openObjectStore, removeLocation } from "./object-harness.ts";

/** A write that is stored only if its content is new in its scope. */
function fresh(key: string, text: string, fields: Partial<LongTermWrite> = {}): LongTermWrite {
  return write(key, { text, value: text, ifNew: true, ...fields });
}

async function stored(store: LongTermStore, ...writes: LongTermWrite[]): Promise<boolean[]> {
  return (await store.save(scope, writes)).map((result: WriteResult) => result.stored);
}

const PROCESSES = ["a", "b", "c", "d"];
const CONTENTS = 30;

describe("content that is saved only if it is new", () => {
  it("is stored once where four processes save it at once, also when one is killed and it is opened anew", async () => {
    const uri = await storeFolder();
    const store = openStore(uri);
    await store.save(scope, [fresh("first", "content 0")]);
    const children = PROCESSES.map((name) => new Child("save-new", uri, name, String(CONTENTS)));
    await children[0]?.wrote(5);
    await children[0]?.kill();
    for (const child of children.slice(1))
      expect([await child.ended(), child.errors]).toEqual([0, ""]);
    await store.close();
    const again = openStore(uri);
    const { items } = await again.list(scope, { limit: 1_000 });
    const texts = items.map(({ text }) => text).filter((text) => text.startsWith("content"));
    expect(texts.toSorted()).toEqual(
      Array.from({ length: CONTENTS }, (_, i) => `content ${i}`).toSorted(),
    );
    const told = children.flatMap(({ lines }) => lines);
    expect(new Set(told).size).toBe(told.length);
    const keys = new Set(items.map(({ key }) => key));
    expect(told.filter((key) => !keys.has(key))).toEqual([]);
    expect((await again.verify()).problems).toEqual([]);
  }, 120_000);

  it("is found in the table, and is new again once it was deleted or replaced there", async () => {
    const uri = await storeFolder();
    const store = openStore(uri);
    expect(await stored(store, fresh("a", "autumn"), fresh("b", "winter"))).toEqual([true, true]);
    await store.flush();
    expect(await stored(store, fresh("c", "autumn"), fresh("a", "autumn"))).toEqual([false, false]);
    await store.delete(
      scope,
      ["a"].map((key) => ({ key })),
    );
    expect(await stored(store, fresh("c", "autumn"))).toEqual([true]);
    await store.save(scope, [write("b", { text: "spring", value: "spring" })]);
    expect(await stored(store, fresh("d", "winter"), fresh("e", "spring"))).toEqual([true, false]);
    await store.flush();
    expect(await stored(store, fresh("f", "winter"), fresh("g", "spring"))).toEqual([false, false]);
    await store.clear(scope);
    expect(await stored(store, fresh("f", "winter"), fresh("g", "winter"))).toEqual([true, false]);
    expect(await store.count(scope)).toBe(1);
  });

  it("is judged within one call as well, and by value and text together", async () => {
    const store = openStore(await storeFolder());
    const many = Array.from({ length: 2_500 }, (_, i) => fresh(`key-${i}`, `text ${i % 1_250}`));
    expect((await stored(store, ...many)).filter(Boolean)).toHaveLength(1_250);
    await store.flush();
    expect((await stored(store, ...many)).filter(Boolean)).toHaveLength(0);
    const other = fresh("other", "text 1", { value: { other: true } });
    expect(await stored(store, other, { ...other, key: "same" })).toEqual([true, false]);
  });

  it("is known in the table also where a write of the same call replaces what the log has of it", async () => {
    const store = openStore(await storeFolder());
    await store.save(scope, [write("flushed", { value: "same" })]);
    await store.flush();
    await store.save(scope, [write("unflushed", { value: "same" })]);
    const replaces = write("unflushed", { value: "other" });
    const third = write("third", { value: "same", ifNew: true });
    expect(await stored(store, replaces, third)).toEqual([true, false]);
  });

  it("tells the version of its own key, keeps to other conditions, and knows an operation again", async () => {
    const store = openStore(await storeFolder());
    const [first] = await store.save(scope, [fresh("a", "autumn", { opId: "op" })]);
    expect(await store.save(scope, [fresh("a", "autumn", { opId: "op" })])).toEqual([first]);
    const [refused] = await store.save(scope, [fresh("a", "autumn")]);
    expect(refused).toEqual({ stored: false, version: first?.version });
    expect(await store.save(scope, [fresh("b", "autumn")])).toEqual([{ stored: false }]);
    expect(await stored(store, fresh("a", "winter", { ifAbsent: true }))).toEqual([false]);
    expect(await stored(store, fresh("a", "winter", { ifVersion: "never" }))).toEqual([false]);
    const ifVersion = first?.version ?? "";
    expect(await stored(store, fresh("a", "winter", { ifVersion }))).toEqual([true]);
  });

  it("is another scope's own", async () => {
    const store = openStore(await storeFolder());
    await stored(store, fresh("a", "autumn"));
    const team = { tenantId: "acme", agentId: "writer", workflowId: "w" };
    expect(await store.save(team, [fresh("a", "autumn")])).toMatchObject([{ stored: true }]);
  });
});

describe("content that is saved only if it is new to an object store", () => {
  it("is stored once where four processes save it at once", async () => {
    const location = await newLocation();
    const store = openObjectStore(location);
    onTestFinished(async () => {
      await store.close();
      await removeLocation(location);
    });
    const times = 6;
    await store.save(scope, [write("old", { text: "content 0", value: "old" })]);
    const children = PROCESSES.map(
      (name) => new Child("save-new", JSON.stringify(location), name, String(times)),
    );
    for (const child of children) expect([await child.ended(), child.errors]).toEqual([0, ""]);
    const { items } = await store.list(scope, { limit: 1_000 });
    const texts = items.filter(({ value }) => value !== "old").map(({ text }) => text);
    const expected = Array.from({ length: times }, (_, i) => `content ${i}`);
    expect(texts.filter((text) => text.startsWith("content")).toSorted()).toEqual(expected);
    const told = children.flatMap(({ lines }) => lines).filter((key) => !key.endsWith("own"));
    expect(told.toSorted()).toEqual(
      items
        .map(({ key }) => key)
        .filter((key) => key !== "old" && !key.endsWith("own"))
        .toSorted(),
    );
  }, 120_000);

  it("is judged by what the steps before it in one commit come to", async () => {
    const location = await newLocation();
    const store = openObjectStore(location);
    onTestFinished(async () => {
      await store.close();
      await removeLocation(location);
    });
    expect(await stored(store, fresh("a", "autumn"), fresh("b", "autumn"))).toEqual([true, false]);
    const [, second] = await Promise.all([
      store.delete(scope, [{ key: "a" }]),
      stored(store, fresh("b", "autumn"), write("b", { text: "winter" }), fresh("c", "autumn")),
    ]);
    expect(second).toEqual([true, true, true]);
    expect(await stored(store, fresh("d", "autumn"))).toEqual([false]);
    const [again] = await store.save(scope, [fresh("c", "autumn", { opId: "op" })]);
    expect(again?.stored).toBe(false);
  });
});
