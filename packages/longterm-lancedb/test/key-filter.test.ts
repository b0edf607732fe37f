import { array, assert, integer, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { KeyFilter } from "../src/table/key-filter.ts";

describe("the filter of keys", () => {
  it("never says that there is not what is there, however full it is", () => {
    const ids = array(string({ unit: "binary", maxLength: 40 }), { maxLength: 300 });
    assert(
      property(ids, integer({ min: 1, max: 400 }), (all, capacity) => {
        const filter = new KeyFilter(capacity);
        for (const id of all) filter.add(id);
        expect(all.every((id) => filter.mayHave(id))).toBe(true);
        expect(filter.isFull).toBe(all.length > capacity);
      }),
    );
  });

  it.each([
    ["alike", (i: number) => `acme::writer:note-${i}`],
    ["long", (i: number) => `acme:${"w".repeat(60)}:${i % 97}:${i.toString(36).padStart(30, "0")}`],
  ])("says of few ids that they may be there when they are not: %s", (_, id) => {
    const count = 20_000;
    const filter = new KeyFilter(count);
    for (let i = 0; i < count; i++) filter.add(id(i));
    let maybe = 0;
    for (let i = count; i < 2 * count; i++) if (filter.mayHave(id(i))) maybe++;
    expect(maybe / count).toBeLessThan(0.02);
  });
});
