import type { LongTermStore } from "@mem/core";
import { describe, expect, it } from "vitest";
import type { Open } from "./harness.ts";
import { agent, allKeys, agents, keysOf, query, write } from "./samples.ts";

const scope = agent("counter");

export function standsRaces(open: Open): void {
  describe("calls at the same time", () => {
    it("leave one entry where twenty save one new key", async () => {
      const { store } = await open();
      for (let round = 0; round < 5; round++) {
        const key = `key-${round}`;
        const results = await Promise.all(
          Array.from({ length: 20 }, (_, i) =>
            store.save(scope, [write(key, { value: i, text: `unique${round}` })]),
          ),
        );
        const versions = results.flat().map((result) => result.version);
        expect(new Set(versions).size).toBe(20);
        const [entry] = await store.get(scope, [key]);
        expect(versions).toContain(entry?.version);
        const hits = await store.search(agents("counter"), query(`unique${round}`));
        expect(keysOf(hits)).toEqual([key]);
      }
      expect(await store.count(scope)).toBe(5);
      expect(await allKeys(store, scope)).toHaveLength(5);
    });

    it("let one of twenty create a key", async () => {
      const { store } = await open();
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          store.save(scope, [write("key", { value: i, ifAbsent: true })]),
        ),
      );
      const winner = results.findIndex(([result]) => result?.stored === true);
      expect(results.flat().filter((result) => result.stored)).toHaveLength(1);
      expect((await store.get(scope, ["key"]))[0]?.value).toBe(winner);
    });

    it("lose none of the increments that several writers make", async () => {
      const { store } = await open();
      await Promise.all(Array.from({ length: 6 }, () => increment(store, 10)));
      expect((await store.get(scope, ["total"]))[0]?.value).toBe(60);
    });

    it("let one of several deletes have the entry", async () => {
      const { store } = await open();
      await store.save(scope, [write("key")]);
      const results = await Promise.all(
        Array.from({ length: 10 }, () => store.delete(scope, [{ key: "key" }])),
      );
      expect(results.flat().filter(Boolean)).toHaveLength(1);
    });

    it("take effect in the order in which one caller made them", async () => {
      const { store } = await open();
      const calls: Promise<unknown>[] = [];
      for (let i = 0; i < 30; i++) {
        calls.push(store.save(scope, [write("key", { value: i })]));
        if (i % 10 === 5) calls.push(store.delete(scope, [{ key: "key" }]));
      }
      await Promise.all(calls);
      expect((await store.get(scope, ["key"]))[0]?.value).toBe(29);
    });

    it("all stand when the storage is closed while they run", async () => {
      const { store, reopen } = await open();
      const saves = Array.from({ length: 20 }, (_, i) => store.save(scope, [write(`key-${i}`)]));
      const [again] = await Promise.all([reopen(), ...saves]);
      expect(await again.count(scope)).toBe(20);
    });
  });
}

/** Adds one, `times` times, while others may do the same. */
async function increment(store: LongTermStore, times: number): Promise<void> {
  for (let done = 0; done < times;) {
    const [entry] = await store.get(scope, ["total"]);
    const value = ((entry?.value as number | undefined) ?? 0) + 1;
    const condition = entry === undefined ? { ifAbsent: true } : { ifVersion: entry.version };
    const [result] = await store.save(scope, [write("total", { value, ...condition })]);
    if (result?.stored === true) done++;
  }
}
