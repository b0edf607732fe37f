import { describe, expect, it } from "vitest";
import { openStore, scope, storeFolder, write } from "./fixtures.ts";

const other = { tenantId: scope.tenantId, agentId: "reader" };

describe("an entry that is saved again after its scope was cleared", () => {
  it("takes no other entry's place in a count, before and after a flush", async () => {
    const store = openStore(await storeFolder());
    await store.save(other, [write("x"), write("y")]);
    await store.save(scope, [write("a"), write("b")]);
    await store.flush();
    expect(await store.clear(scope)).toBe(2);
    await store.save(scope, [write("a")]);
    const counted = async () => [
      await store.count(scope),
      await store.count(other),
      (await store.stats(scope.tenantId)).entries,
      (await store.health()).details["entries"],
    ];
    expect(await counted()).toEqual([1, 2, 3, 3]);
    await store.flush();
    expect(await counted()).toEqual([1, 2, 3, 3]);
  });
});
