import type { LongTermStore } from "@mem/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { Child } from "./child-process.ts";
import { scope, write } from "./fixtures.ts";
import { isRemote, newLocation, openObjectStore, removeLocation } from "./object-harness.ts";
import type { ObjectLocation } from "../src/object-database.ts";

const NAMES = ["a", "b", "c", "d"];
// A real object store takes as long for one commit as a folder for twenty.
const TIMES = isRemote ? 2 : 8;

describe("four processes on one object store", () => {
  it("lose no update, make no duplicate, and let each condition be met once", async () => {
    const { location, store } = await newStore();
    const turns = Array.from({ length: TIMES }, (_, i) => i);
    await store.save(
      scope,
      turns.map((i) => write(`victim-${i}`)),
    );
    const children = NAMES.map(
      (name) => new Child("race-on-objects", [JSON.stringify(location), name, String(TIMES)]),
    );
    for (const child of children) expect([await child.ended(), child.errors]).toEqual([0, ""]);
    const told = children.flatMap(({ lines }) => lines).toSorted();
    const once = turns.flatMap((i) => [`claimed ${i}`, `deleted ${i}`]);
    expect(told).toEqual(once.toSorted());
    const [total] = await store.get(scope, ["total"]);
    expect(total?.value).toBe(NAMES.length * TIMES);
    // Their own, the claims, the contested one and the total; `verify` would name an id that is there twice.
    const entries = NAMES.length * TIMES + TIMES + 2;
    expect(await store.count(scope)).toBe(entries);
    expect(await store.verify()).toEqual({ entries, problems: [] });
  }, 300_000);
});

describe("several machines that make one store at the same time", () => {
  it("make one, and each finds what the others saved", async () => {
    const { location } = await newStore();
    const stores = NAMES.map(() => openObjectStore(location));
    onTestFinished(async () => {
      for (const each of stores) await each.close();
    });
    await Promise.all(stores.map((each, i) => each.save(scope, [write(`key-${i}`)])));
    for (const each of stores) expect(await each.count(scope)).toBe(NAMES.length);
  }, 60_000);
});

async function newStore(): Promise<{ location: ObjectLocation; store: LongTermStore }> {
  const location = await newLocation();
  const store = openObjectStore(location);
  onTestFinished(async () => {
    await store.close();
    await removeLocation(location);
  });
  return { location, store };
}
