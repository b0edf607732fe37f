import { describe, expect, it } from "vitest";
import { createLanceDbStore } from "../src/index.ts";
import { Child } from "./child-process.ts";
import { scope, storeFolder } from "./fixtures.ts";

const KILLS = 4;
const DELETED = "deleted";

describe("a process that is killed while it writes", () => {
  it("loses nothing that was acknowledged, and leaves a store that opens", async () => {
    const uri = await storeFolder();
    const known = new Map<string, string>();
    for (let round = 0; round < KILLS; round++) {
      const child = new Child("save-forever", uri, String(round));
      await child.wrote(30 + 17 * round);
      await child.kill();
      expect(child.errors).toBe("");
      const begun = new Map<string, string>();
      for (const line of child.lines) {
        const [what, key = "", value = ""] = line.split(" ");
        if (what === "begin") begun.set(key, value);
        else known.set(key, value);
      }
      await using store = createLanceDbStore({ uri });
      for (const key of new Set([...known.keys(), ...begun.keys()])) {
        const [entry] = await store.get(scope, [key]);
        const value = entry === undefined ? DELETED : (entry.value as string);
        expect([known.get(key) ?? DELETED, begun.get(key)]).toContain(value);
        known.set(key, value);
      }
      const there = [...known.values()].filter((value) => value !== DELETED).length;
      expect(await store.count(scope)).toBe(there);
      expect((await store.list(scope, { limit: 100 })).items).toHaveLength(there);
    }
  }, 120_000);
});
