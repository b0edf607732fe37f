import { describe, expect, it } from "vitest";
import type { Open } from "./harness.ts";
import { agent, agents, allKeys, query, saveOne, team, texts, write, writes } from "./samples.ts";

const scope = agent("archivist");

export function keepsEntries(open: Open): void {
  describe("what was acknowledged, after the storage is opened again", () => {
    it("is there as it was", async () => {
      const { store, reopen } = await open();
      await store.save(scope, [
        write("full", {
          value: { deep: [{ er: "ü\u0000\u2028" }], n: 1e-7 },
          text: "the whole entry",
          metadata: { tags: ["a", "b"], n: 1 },
          subject: "person:1",
          source: "message",
          derivedFrom: ["short_term:acme:w1:archivist:draft"],
          sequence: { id: "chat", position: -1.5 },
        }),
        write("plain"),
      ]);
      await store.save(team("w1"), writes(["shared"]));
      const before = await store.get(scope, ["full", "plain"]);
      const again = await reopen();
      expect(await again.get(scope, ["full", "plain"])).toEqual(before);
      expect(await again.count(scope)).toBe(2);
      expect(await allKeys(again, team("w1"))).toEqual(["shared"]);
      expect(await again.stats("acme")).toMatchObject({ entries: 3, pendingVectors: 0 });
    });

    it("has every update and no deleted entry", async () => {
      const { store, reopen } = await open();
      await store.save(scope, writes(["a", "b", "c"]));
      await store.save(scope, [write("a", { value: "updated" })]);
      await store.delete(scope, [{ key: "b" }]);
      await store.save(team("w1"), writes(["a"]));
      await store.clear(team("w1"));
      const again = await reopen();
      expect(await allKeys(again, scope)).toEqual(["a", "c"]);
      expect((await again.get(scope, ["a"]))[0]?.value).toBe("updated");
      expect(await again.count(team("w1"))).toBe(0);
    });

    it("is searched with the same scores", async () => {
      const { store, reopen } = await open();
      await store.save(
        scope,
        texts("autumn campaign budget", "the budget meeting", "autumn leaves", "budget budget"),
      );
      const before = await store.search(agents("archivist"), query("autumn budget"));
      expect(before).toHaveLength(4);
      const again = await reopen();
      expect(await again.search(agents("archivist"), query("autumn budget"))).toEqual(before);
    });

    it("keeps its versions, and gives none of them out again", async () => {
      const { store, reopen } = await open();
      const versions = [await saveOne(store, scope, write("a"))];
      versions.push(await saveOne(store, scope, write("b")));
      await store.delete(scope, [{ key: "b" }]);
      const again = await reopen();
      expect(await again.save(scope, [write("a", { ifVersion: "none" })])).toEqual([
        { stored: false, version: versions[0] },
      ]);
      versions.push(await saveOne(again, scope, write("a", { ifVersion: versions[0] ?? "" })));
      versions.push(await saveOne(again, scope, write("b")));
      expect(new Set(versions).size).toBe(4);
    });

    it("lets a cursor go on", async () => {
      const { store, reopen } = await open();
      await store.save(scope, writes(["a", "b", "c"]));
      const { cursor } = await store.list(scope, { limit: 1 });
      const rest = await (await reopen()).list(scope, { limit: 5, cursor: cursor ?? "" });
      expect(rest.items.map((entry) => entry.key)).toEqual(["b", "c"]);
    });

    it("can be written to and opened many times", async () => {
      const harness = await open();
      let { store } = harness;
      for (let i = 0; i < 5; i++) {
        await store.save(scope, [write(`key-${i}`, { text: `round${i} common` })]);
        store = await harness.reopen();
      }
      expect(await store.count(scope)).toBe(5);
      expect(await store.search(agents("archivist"), query("common"))).toHaveLength(5);
    });
  });

  describe("a second handle on the same storage", () => {
    it("is to be had where the store says that it is shared", async () => {
      const { store, another } = await open();
      expect(another !== undefined || !store.capabilities.shared).toBe(true);
    });

    it("sees everything at its next call, or is refused", async () => {
      const { store, another } = await open();
      await store.save(scope, texts("autumn"));
      if (another === undefined) return;
      const second = await another();
      if (!store.capabilities.shared) {
        await expect(second.get(scope, ["t0000"])).rejects.toMatchObject({ code: "MEM_LOCKED" });
        return;
      }
      expect(await second.get(scope, ["t0000"])).toEqual(await store.get(scope, ["t0000"]));
      await store.save(scope, [write("later", { text: "winter" })]);
      expect(await second.count(scope)).toBe(2);
      expect(await allKeys(second, scope)).toEqual(["later", "t0000"]);
      expect(await second.search(agents("archivist"), query("winter"))).toHaveLength(1);
      await second.delete(scope, [{ key: "t0000" }]);
      expect(await store.get(scope, ["t0000"])).toEqual([undefined]);
      expect(await store.search(agents("archivist"), query("autumn"))).toEqual([]);
    });

    it("creates no key that the first one created", async () => {
      const { store, another } = await open();
      if (another === undefined || !store.capabilities.shared) return;
      const second = await another();
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          (i % 2 === 0 ? store : second).save(scope, [write("key", { value: i, ifAbsent: true })]),
        ),
      );
      expect(results.flat().filter((result) => result.stored)).toHaveLength(1);
      expect(await second.get(scope, ["key"])).toEqual(await store.get(scope, ["key"]));
    });
  });

  describe("storage of a later version", () => {
    it("is refused", async () => {
      const { store, reopen, markAsNewer } = await open();
      await store.save(scope, writes(["a"]));
      if (markAsNewer === undefined && store.capabilities.durability !== "disk") return;
      expect(markAsNewer, "what is on disk has a version").toBeDefined();
      await markAsNewer!();
      await expect(reopen().then((again) => again.get(scope, ["a"]))).rejects.toMatchObject({
        code: "MEM_FORMAT",
      });
    });
  });
}
