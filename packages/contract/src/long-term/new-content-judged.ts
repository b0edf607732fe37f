import type { LongTermWrite } from "@mem/core";
import { describe, expect, it } from "vitest";
import type { Open } from "./harness.ts";
import { agent, saveOne, TENANT, write } from "./samples.ts";

const scope = agent("collector");

/** A write that is stored only if its content is new in its scope. */
function fresh(key: string, fields: Partial<LongTermWrite> = {}): LongTermWrite {
  return write(key, { value: { plan: "a" }, text: "autumn plan", ifNew: true, ...fields });
}

export function judgesNewContent(open: Open): void {
  describe("the condition that content is new", () => {
    it("holds beside other conditions: all have to be met", async () => {
      const { store } = await open();
      const version = await saveOne(store, scope, write("plan", { value: 1 }));
      const known = write("known", { value: 2 });
      await saveOne(store, scope, known);
      const refusals = await store.save(scope, [
        fresh("plan", { ifAbsent: true }),
        fresh("plan", { ifVersion: "another" }),
        { ...known, key: "absent", ifNew: true, ifAbsent: true },
        { ...known, key: "plan", ifNew: true, ifVersion: version },
      ]);
      const refused = { stored: false, version };
      expect(refusals).toEqual([refused, refused, { stored: false }, refused]);
      await saveOne(store, scope, fresh("absent", { ifAbsent: true }));
      await saveOne(store, scope, fresh("plan", { value: 3, ifVersion: version }));
    });

    it("of a write that is sent again with its operation is answered as it was", async () => {
      const { store } = await open();
      const sent = fresh("plan", { opId: "op-1" });
      const version = await saveOne(store, scope, sent);
      const other = fresh("plan", { opId: "op-2" });
      expect(await store.save(scope, [sent, other])).toEqual([
        { stored: true, version },
        { stored: false, version },
      ]);
      expect((await store.get(scope, ["plan"]))[0]?.version).toBe(version);
    });

    it("sees what was stored before it in the same call", async () => {
      const { store } = await open();
      const results = await store.save(scope, [
        fresh("a"),
        fresh("b"),
        write("c", { value: "other" }),
        fresh("d", { value: "other", text: "" }),
        write("a", { value: "replaced" }),
        fresh("e"),
      ]);
      const stored = results.map((result) => result.stored);
      expect(stored).toEqual([true, false, true, false, true, true]);
      expect(await store.count(scope)).toBe(3);
    });

    it("lets one of many through that are saved at the same time", async () => {
      const { store, another } = await open();
      const handles = [store, store.capabilities.shared ? await another!() : store];
      for (let round = 0; round < 3; round++) {
        const results = await Promise.all(
          Array.from({ length: 20 }, (_, i) =>
            handles[i % 2]!.save(scope, [fresh(`key-${round}-${i}`, { value: round })]),
          ),
        );
        expect(results.flat().filter(({ stored }) => stored)).toHaveLength(1);
        for (const handle of handles) expect(await handle.count(scope)).toBe(round + 1);
      }
      expect(await store.stats(TENANT)).toMatchObject({ entries: 3 });
    });
  });
}
