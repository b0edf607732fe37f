import { compareCodePoints, where } from "@mem/core";
import { assert, asyncProperty, string, uniqueArray } from "fast-check";
import { describe, expect, it } from "vitest";
import type { Open } from "./harness.ts";
import { agent, allKeys, write, writes } from "./samples.ts";

const scope = agent("librarian");

export function lists(open: Open): void {
  describe("listing", () => {
    it("is in the order of the keys' code points", async () => {
      const { store } = await open();
      // As UTF-16, the emoji would come before the wide tilde.
      const keys = ["B", "a", "a!", "aa", "z", "é", "～", "\u{1F600}"];
      await store.save(scope, writes(keys.toReversed()));
      expect(await allKeys(store, scope)).toEqual(keys);
    });

    it("gives the entries that get gives", async () => {
      const { store } = await open();
      await store.save(scope, writes(["a", "b"]));
      const page = await store.list(scope, { limit: 10 });
      expect(page.items).toEqual(await store.get(scope, ["a", "b"]));
      expect(page.cursor).toBeUndefined();
    });

    it("is empty where there is nothing", async () => {
      const { store } = await open();
      expect(await store.list(scope, { limit: 10 })).toEqual({ items: [] });
    });

    it("takes a prefix literally", async () => {
      const { store } = await open();
      const keys = ["%", "%a", "_a", "a%b", "a*", "a_b", "ab", "user:1", "user:10", "user;1"];
      await store.save(scope, writes(keys));
      expect(await allKeys(store, scope, { prefix: "a_" })).toEqual(["a_b"]);
      expect(await allKeys(store, scope, { prefix: "a%" })).toEqual(["a%b"]);
      expect(await allKeys(store, scope, { prefix: "%" })).toEqual(["%", "%a"]);
      expect(await allKeys(store, scope, { prefix: "user:" })).toEqual(["user:1", "user:10"]);
      expect(await allKeys(store, scope, { prefix: "user:1" })).toEqual(["user:1", "user:10"]);
      expect(await allKeys(store, scope, { prefix: "A" })).toEqual([]);
    });

    it("keeps the filter over all pages", async () => {
      const { store } = await open();
      await store.save(
        scope,
        Array.from({ length: 30 }, (_, i) =>
          write(String(i).padStart(2, "0"), { metadata: { third: i % 3 === 0 } }),
        ),
      );
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await store.list(scope, {
          limit: 4,
          filter: where.eq("third", true),
          ...(cursor !== undefined && { cursor }),
        });
        expect(page.items.length).toBeLessThanOrEqual(4);
        found.push(...page.items.map((entry) => entry.key));
        cursor = page.cursor;
      } while (cursor !== undefined);
      expect(found).toEqual(["00", "03", "06", "09", "12", "15", "18", "21", "24", "27"]);
    });

    it("goes on after the last key, whatever came and went between the pages", async () => {
      const { store } = await open();
      await store.save(scope, writes(["b", "d", "f", "h"]));
      const first = await store.list(scope, { limit: 2 });
      await store.save(scope, writes(["a", "c", "e"]));
      const second = await store.list(scope, { limit: 2, cursor: first.cursor ?? "" });
      await store.delete(scope, [{ key: "a" }, { key: "b" }, { key: "f" }]);
      const third = await store.list(scope, { limit: 2, cursor: second.cursor ?? "" });
      const pages = [first, second, third].map(({ items }) => items.map(({ key }) => key));
      expect(pages).toEqual([["b", "d"], ["e", "f"], ["h"]]);
    });

    it("never shows another scope, whatever the cursor", async () => {
      const { store } = await open();
      await store.save(scope, writes(["a", "b"]));
      await store.save(agent("stranger"), writes(["c"]));
      const { cursor } = await store.list(agent("librarian"), { limit: 1 });
      const page = await store
        .list(agent("stranger"), { limit: 10, cursor: cursor ?? "" })
        .catch(() => undefined);
      expect(page?.items.map((entry) => entry.key) ?? ["c"]).toEqual(["c"]);
    });

    it("refuses a cursor that is none of its own", async () => {
      const { store } = await open();
      await store.save(scope, writes(["a", "b"]));
      for (const cursor of ["", "2", "b", "not a cursor", "💥"]) {
        await expect(store.list(scope, { limit: 1, cursor })).rejects.toMatchObject({
          code: "MEM_INVALID_ARGUMENT",
        });
      }
    });

    it("gives every key once, in order, whatever the keys and the size of the pages", async () => {
      const { store } = await open();
      const key = string({ unit: "binary", minLength: 1, maxLength: 3 });
      let runs = 0;
      await assert(
        asyncProperty(uniqueArray(key, { maxLength: 25 }), async (keys) => {
          const own = agent(`librarian-${runs++}`);
          await store.save(own, writes(keys));
          const [prefix = ""] = keys[0] ?? "";
          expect(await allKeys(store, own)).toEqual(keys.toSorted(compareCodePoints));
          expect(await allKeys(store, own, { prefix, limit: 1 })).toEqual(
            keys.filter((one) => one.startsWith(prefix)).toSorted(compareCodePoints),
          );
        }),
        { numRuns: 15 },
      );
    });
  });
}
