import { describe, expect, it } from "vitest";
import type { Open } from "./harness.ts";
import { agent, saveOne, write } from "./samples.ts";

const scope = agent("planner");

export function keepsVersions(open: Open): void {
  describe("versions", () => {
    it("are new with every write and never come back", async () => {
      const { store } = await open();
      const versions: string[] = [];
      for (let i = 0; i < 5; i++) {
        versions.push(await saveOne(store, scope, write("plan")));
        if (i % 2 === 0) await store.delete(scope, [{ key: "plan" }]);
      }
      expect(new Set(versions).size).toBe(5);
    });

    it("are those of the entry that is read", async () => {
      const { store } = await open();
      const version = await saveOne(store, scope, write("plan", { text: "autumn" }));
      const [entry] = await store.get(scope, ["plan"]);
      const page = await store.list(scope, { limit: 1 });
      expect([entry?.version, page.items[0]?.version]).toEqual([version, version]);
    });

    it("let a write through only over the version it names", async () => {
      const { store } = await open();
      const first = await saveOne(store, scope, write("plan", { value: 1 }));
      const second = await saveOne(store, scope, write("plan", { value: 2, ifVersion: first }));
      expect(await store.save(scope, [write("plan", { value: 3, ifVersion: first })])).toEqual([
        { stored: false, version: second },
      ]);
      expect(await store.save(scope, [write("none", { ifVersion: first })])).toEqual([
        { stored: false },
      ]);
      const [plan, none] = await store.get(scope, ["plan", "none"]);
      expect([plan?.value, plan?.version, none]).toEqual([2, second, undefined]);
    });

    it("don't let a deleted entry's version match what came after it", async () => {
      const { store } = await open();
      const old = await saveOne(store, scope, write("plan"));
      await store.delete(scope, [{ key: "plan" }]);
      const version = await saveOne(store, scope, write("plan"));
      expect(await store.save(scope, [write("plan", { ifVersion: old })])).toEqual([
        { stored: false, version },
      ]);
    });

    it("let ifAbsent through only where there is nothing", async () => {
      const { store } = await open();
      const version = await saveOne(store, scope, write("plan", { value: 1, ifAbsent: true }));
      expect(await store.save(scope, [write("plan", { value: 2, ifAbsent: true })])).toEqual([
        { stored: false, version },
      ]);
      await store.delete(scope, [{ key: "plan" }]);
      await saveOne(store, scope, write("plan", { value: 3, ifAbsent: true }));
      expect((await store.get(scope, ["plan"]))[0]?.value).toBe(3);
    });

    it("decide for each write of a call by itself", async () => {
      const { store } = await open();
      const version = await saveOne(store, scope, write("a", { value: "old" }));
      const results = await store.save(scope, [
        write("a", { value: "new", ifAbsent: true }),
        write("b", { value: "new", ifAbsent: true }),
      ]);
      expect(results).toEqual([
        { stored: false, version },
        { stored: true, version: expect.any(String) },
      ]);
      const entries = await store.get(scope, ["a", "b"]);
      expect(entries.map((entry) => entry?.value)).toEqual(["old", "new"]);
    });

    it("let a delete through only for the version it names", async () => {
      const { store } = await open();
      const old = await saveOne(store, scope, write("plan"));
      const current = await saveOne(store, scope, write("plan"));
      expect(await store.delete(scope, [{ key: "plan", ifVersion: old }])).toEqual([false]);
      expect(await store.count(scope)).toBe(1);
      expect(await store.delete(scope, [{ key: "plan", ifVersion: current }])).toEqual([true]);
      expect(await store.count(scope)).toBe(0);
    });
  });

  describe("an operation that is sent twice", () => {
    it("has one effect and one answer", async () => {
      const { store } = await open();
      const version = await saveOne(store, scope, write("plan", { value: 1, opId: "op-1" }));
      expect(await store.save(scope, [write("plan", { value: 2, opId: "op-1" })])).toEqual([
        { stored: true, version },
      ]);
      const [entry] = await store.get(scope, ["plan"]);
      expect([entry?.value, entry?.version]).toEqual([1, version]);
    });

    it("is answered as it was, whatever its condition says by now", async () => {
      const { store } = await open();
      const created = write("plan", { value: 1, ifAbsent: true, opId: "op-1" });
      const first = await saveOne(store, scope, created);
      expect(await saveOne(store, scope, created)).toBe(first);
      const changed = write("plan", { value: 2, ifVersion: first, opId: "op-2" });
      const second = await saveOne(store, scope, changed);
      expect(await saveOne(store, scope, changed)).toBe(second);
      expect((await store.get(scope, ["plan"]))[0]?.value).toBe(2);
    });

    it("is known for the entry that it made, and for no other", async () => {
      const { store } = await open();
      await saveOne(store, scope, write("plan", { value: 1, opId: "op-1" }));
      await saveOne(store, scope, write("other", { value: 2, opId: "op-1" }));
      await saveOne(store, agent("elsewhere"), write("plan", { value: 3, opId: "op-1" }));
      expect((await store.get(scope, ["other"]))[0]?.value).toBe(2);
      expect((await store.get(agent("elsewhere"), ["plan"]))[0]?.value).toBe(3);
    });

    it("is a new one once another write came between", async () => {
      const { store } = await open();
      const first = await saveOne(store, scope, write("plan", { value: 1, opId: "op-1" }));
      await saveOne(store, scope, write("plan", { value: 2 }));
      const again = await saveOne(store, scope, write("plan", { value: 1, opId: "op-1" }));
      expect(again).not.toBe(first);
      expect((await store.get(scope, ["plan"]))[0]?.value).toBe(1);
    });

    it("is still known after the storage was opened again", async () => {
      const { store, reopen } = await open();
      const created = write("plan", { value: 1, ifAbsent: true, opId: "op-1" });
      const version = await saveOne(store, scope, created);
      expect(await saveOne(await reopen(), scope, created)).toBe(version);
    });
  });
}
