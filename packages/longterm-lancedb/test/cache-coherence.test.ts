import { array, assert, asyncProperty, boolean, constantFrom, integer, record } from "fast-check";
import type { LongTermEntry } from "@mem/core";
import { describe, expect, it } from "vitest";
import { openStore, scope, storeFolder, write } from "./fixtures.ts";

const KEYS = ["a", "b", "c"];
const step = record({
  kind: constantFrom("save", "save", "delete", "clear", "flush", "get", "get"),
  key: constantFrom(...KEYS),
  handle: integer({ min: 0, max: 1 }),
  waits: boolean(),
});

describe("a get", () => {
  it("is as current in one handle as in the other, whatever either has cached", async () => {
    const uri = await storeFolder();
    // One store caches everything, the other almost nothing.
    const stores = [openStore(uri), openStore(uri, { cacheBytes: 500 })];
    const known = new Map<string, number>();
    let value = 0;
    await assert(
      asyncProperty(array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        for (const { kind, key, handle } of steps) {
          const store = stores[handle] ?? expect.fail("there is one");
          if (kind === "flush") await store.flush();
          if (kind === "delete")
            expect(await store.delete(scope, [{ key }])).toEqual([known.delete(key)]);
          if (kind === "save") {
            known.set(key, ++value);
            await store.save(scope, [write(key, { value })]);
          }
          if (kind === "clear") {
            expect(await store.clear(scope)).toBe(known.size);
            known.clear();
          }
          for (const each of stores) {
            const got = await each.get(scope, KEYS);
            expect(got.map((entry) => entry?.value)).toEqual(KEYS.map((name) => known.get(name)));
          }
        }
      }),
      { numRuns: 10, endOnFailure: true },
    );
    const { cache } = await (stores[0] ?? expect.fail("there is one")).stats("acme");
    expect(cache?.hits).toBeGreaterThan(0);
    const small = await (stores[1] ?? expect.fail("there is one")).stats("acme");
    expect(small.cache?.bytes).toBeLessThanOrEqual(500);
  }, 60_000);

  it("reads each key once, those where nothing is included", async () => {
    const uri = await storeFolder();
    await using first = openStore(uri);
    await first.save(scope, [write("a", { value: 1 }), write("b", { value: 2 })]);
    await first.flush();
    const store = openStore(uri);
    const asked = ["a", "b", "none"];
    for (let i = 0; i < 4; i++) {
      expect(await store.get(scope, asked)).toMatchObject([{ value: 1 }, { value: 2 }, undefined]);
    }
    expect((await store.stats("acme")).cache).toMatchObject({ hits: 9, misses: 3, entries: 3 });
    // A change by another store ends that for the changed key, and for no other.
    await first.save(scope, [write("none", { value: 3 })]);
    await first.flush();
    expect(await store.get(scope, asked)).toMatchObject([{ value: 1 }, { value: 2 }, { value: 3 }]);
    expect((await store.stats("acme")).cache).toMatchObject({ hits: 11, misses: 4 });
  });

  it("hands out what nobody else's changes reach", async () => {
    const store = openStore(await storeFolder());
    await store.save(scope, [write("a", { value: { list: [1] } })]);
    await store.flush();
    for (let i = 0; i < 3; i++) {
      const [entry] = await store.get(scope, ["a"]);
      const { list } = (entry as LongTermEntry<{ list: number[] }>).value;
      expect(list).toEqual([1]);
      list.push(2);
    }
  });
});
