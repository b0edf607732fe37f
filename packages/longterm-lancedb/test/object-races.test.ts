import { createHashingEmbedder, type LongTermStore, type MemoryError } from "@mem/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { Child } from "./child-process.ts";
import { here, query, scope, write } from "./fixtures.ts";
import { isRemote, newLocation, openObjectStore, removeLocation } from "./object-harness.ts";
import type { ObjectLocation } from "../src/objects/object-database.ts";

const NAMES = ["a", "b", "c", "d"];
// One commit to a real object store takes as long as twenty to a folder.
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
      (name) => new Child("race-on-objects", JSON.stringify(location), name, String(TIMES)),
    );
    for (const child of children) expect([await child.ended(), child.errors]).toEqual([0, ""]);
    const told = children.flatMap(({ lines }) => lines);
    const once = turns.flatMap((i) => [`claimed ${i}`, `deleted ${i}`]);
    expect(told.filter((line) => !line.startsWith("token")).toSorted()).toEqual(once.toSorted());
    const [token] = await store.get(scope, ["token"]);
    expectOneChain(told, token?.version);
    const [total] = await store.get(scope, ["total"]);
    expect(total?.value).toBe(NAMES.length * TIMES);
    // Their own, the claims, the contested one and the total; `verify` would report an id that is there twice.
    const entries = NAMES.length * TIMES + TIMES + 2 + (token === undefined ? 0 : 1);
    expect(await store.count(scope)).toBe(entries);
    expect(await store.verify()).toEqual({ entries, problems: [] });
  }, 300_000);
});

describe("several machines that make one store at the same time", () => {
  it("agree on one embedder: those with another are refused", async () => {
    const { location, store } = await newStore();
    const dimensions = [8, 16, 32];
    const stores = dimensions.map((each) =>
      openObjectStore(location, { embedder: createHashingEmbedder({ dimensions: each }) }),
    );
    onTestFinished(async () => {
      for (const each of stores) await each.close();
    });
    const settled = await Promise.allSettled(
      stores.map((each, i) => each.save(scope, [write(`key-${i}`, { text: "autumn" })])),
    );
    const accepted = settled.findIndex(({ status }) => status === "fulfilled");
    const refused = settled.filter((each) => each.status === "rejected");
    expect(refused.map(({ reason }) => (reason as MemoryError).code)).toEqual(
      Array.from({ length: dimensions.length - 1 }, () =>
        expect.stringMatching(/^MEM_(EMBEDDING|DIMENSION)$/),
      ),
    );
    await stores[accepted]?.flush();
    expect(await store.embedder()).toMatchObject({ dimensions: dimensions[accepted] });
    expect(await stores[accepted]?.verify()).toEqual({ entries: 1, problems: [] });
    const [hit] = (await stores[accepted]?.search(here, query("autumn", { mode: "vector" }))) ?? [];
    expect(hit?.key).toBe(`key-${accepted}`);
  }, 60_000);

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

/** Each state of the token was replaced at most once, and the one that was not replaced is the present one. */
function expectOneChain(told: readonly string[], last: string | undefined): void {
  const steps = told
    .filter((line) => line.startsWith("token"))
    .map((line) => line.split(" ").slice(1));
  const left = steps.map(([from]) => from).filter((from) => from !== "-");
  const made = steps.map(([, to]) => to).filter((to) => to !== "-");
  expect(made.length).toBeGreaterThan(0);
  expect(new Set(left).size).toBe(left.length);
  expect(made.filter((version) => !left.includes(version))).toEqual(
    last === undefined ? [] : [last],
  );
}

async function newStore(): Promise<{ location: ObjectLocation; store: LongTermStore }> {
  const location = await newLocation();
  const store = openObjectStore(location);
  onTestFinished(async () => {
    await store.close();
    await removeLocation(location);
  });
  return { location, store };
}
