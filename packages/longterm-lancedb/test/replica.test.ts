import { describe, expect, it } from "vitest";
import { Base } from "../src/table/base.ts";
import type { Change } from "../src/log/change.ts";
import { EntryCache } from "../src/reading/entry-cache.ts";
import { Replica } from "../src/log/replica.ts";
import { scope } from "./fixtures.ts";
import { openDatabase } from "./view.ts";

function position(i: number): string {
  return `0000000001-${String(i).padStart(12, "0")}`;
}

describe("a change that has to wait for the table", () => {
  it("is applied whenever it comes, also just when those before it are through", async () => {
    const state = { version: 1, watermark: "0000000001-000000000000" };
    const cache = new EntryCache();
    const base = new Base(await openDatabase(), cache, state);
    for (let turns = 0; turns < 20; turns++) {
      const { promise: counted, resolve: count } = Promise.withResolvers<number>();
      const replica = new Replica({
        base,
        cache,
        count: () => counted,
        onSaved: () => undefined,
        onFlushed: () => undefined,
        onOtherEmbedder: () => undefined,
      });
      replica.begin(state);
      const own: Change = { kind: "clear", at: 1, scope };
      const first = replica.take({ position: position(1), payload: "{}", own });
      count(7);
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      const second = replica.take({ position: position(2), payload: "{}", own });
      expect(await first).toBe(7);
      await replica.settled();
      expect(replica.isSettled).toBe(true);
      expect(await second).toBe(7);
    }
  });
});
