import type { LongTermWrite } from "@mem/core";
import { describe, expect, it } from "vitest";
import type { Open } from "./harness.ts";
import { portable } from "./portable-samples.ts";
import { agent, agents, keysOf, query, saveOne, team, write } from "./samples.ts";

const scope = agent("collector");

const CONTENT = { value: { plan: "a", steps: [1, { n: 2 }] }, text: "autumn plan" };

/** A write that is stored only if its content is new in its scope. */
function fresh(key: string, fields: Partial<LongTermWrite> = {}): LongTermWrite {
  return write(key, { ...CONTENT, ifNew: true, ...fields });
}

export function keepsToNewContent(open: Open): void {
  describe("a save of new content only", () => {
    it("stores nothing that the scope holds under whatever key", async () => {
      const { store } = await open();
      const version = await saveOne(store, scope, fresh("plan"));
      const [before] = await store.get(scope, ["plan"]);
      expect(await store.save(scope, [fresh("copy")])).toEqual([{ stored: false }]);
      expect(await store.save(scope, [fresh("plan")])).toEqual([{ stored: false, version }]);
      expect(await store.get(scope, ["plan", "copy"])).toEqual([before, undefined]);
      expect(keysOf(await store.search(agents("collector"), query("autumn")))).toEqual(["plan"]);
    });

    it("says which version is at its own key", async () => {
      const { store } = await open();
      await saveOne(store, scope, fresh("plan"));
      const version = await saveOne(store, scope, write("other", { value: 1 }));
      expect(await store.save(scope, [fresh("other")])).toEqual([{ stored: false, version }]);
      expect((await store.get(scope, ["other"]))[0]?.value).toBe(1);
    });

    it("knows content by value and text: the order of properties is none of it, nor is metadata", async () => {
      const { store } = await open();
      await saveOne(store, scope, fresh("plan"));
      const reordered = { steps: [1, { n: 2 }], plan: "a" };
      const same = fresh("same", { value: reordered, metadata: { n: 1 }, subject: "ada" });
      expect(await store.save(scope, [same])).toEqual([{ stored: false }]);
      const others = [
        { text: "Autumn plan" },
        { text: "" },
        { value: { plan: "a", steps: [{ n: 2 }, 1] } },
        { value: { plan: "a", steps: [1, { n: "2" }] } },
        { value: null },
        { value: JSON.stringify(CONTENT.value) },
      ];
      const results = await store.save(
        scope,
        others.map((fields, i) => fresh(`other-${i}`, fields)),
      );
      expect(results.map(({ stored }) => stored)).toEqual(others.map(() => true));
    });

    it("looks at its own scope and at no other", async () => {
      const { store } = await open();
      const others = [
        agent("someone"),
        agent("collector", "w1"),
        team("w1"),
        { ...scope, tenantId: "other" },
      ];
      for (const other of [scope, ...others]) {
        expect(await store.save(other, [fresh("plan")])).toMatchObject([{ stored: true }]);
      }
    });

    it("finds content new again once it was changed, deleted, cleared or erased", async () => {
      const { store } = await open();
      const away: (() => Promise<unknown>)[] = [
        () => store.save(scope, [write("plan", { ...CONTENT, text: "winter plan" })]),
        () => store.delete(scope, [{ key: "plan" }]),
        () => store.clear(scope),
        () => store.erase({ scope, key: "plan" }),
      ];
      for (const take of away) {
        await saveOne(store, scope, fresh("plan"));
        await take();
        expect(await store.save(scope, [fresh("copy")])).toMatchObject([{ stored: true }]);
        await store.delete(scope, [{ key: "copy" }]);
        await store.delete(scope, [{ key: "plan" }]);
      }
    });

    it("knows what was saved without the condition, restored, flushed and there before it was opened", async () => {
      const { store, reopen } = await open();
      await store.save(scope, [write("plan", CONTENT)]);
      const refused = [{ stored: false }];
      expect(await store.save(scope, [fresh("copy")])).toEqual(refused);
      await store.flush();
      expect(await store.save(scope, [fresh("copy")])).toEqual(refused);
      const again = await reopen();
      expect(await again.save(scope, [fresh("copy")])).toEqual(refused);
      const value = [CONTENT.value];
      await again.restore([portable(scope, "brief", { ...CONTENT, value })]);
      expect(await again.save(scope, [fresh("copy", { value })])).toEqual(refused);
    });
  });
}
