import { describe, expect, it } from "vitest";
import { Child } from "./child-process.ts";
import { here, openStore, query, scope, storeFolder } from "./fixtures.ts";

const TIMES = 12;

describe("three processes on one folder", () => {
  it("lose no update, make no duplicate, and see each other's entries", async () => {
    const uri = await storeFolder();
    const children = ["a", "b", "c"].map((name) => new Child("count-up", uri, name, String(TIMES)));
    for (const child of children) expect([await child.ended(), child.errors]).toEqual([0, ""]);
    const store = openStore(uri);
    const [total] = await store.get(scope, ["total"]);
    expect(total?.value).toBe(3 * TIMES);
    const { items } = await store.list(scope, { limit: 1_000 });
    expect(items.map(({ key }) => key)).toEqual([...new Set(items.map(({ key }) => key))]);
    expect(items).toHaveLength(3 * TIMES + 2);
    expect(await store.count(scope)).toBe(3 * TIMES + 2);
    expect(await store.search(here, query("own", { topK: 100 }))).toHaveLength(3 * TIMES);
    expect(await store.search(here, query("contested"))).toHaveLength(1);
  }, 60_000);
});
