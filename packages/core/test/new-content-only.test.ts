import { describe, expect, it } from "vitest";
import type { LongTermWrite, SaveItem } from "../src/index.ts";
import { openAsked, type AskedMemory } from "./asked-memory.ts";

const longTerm = { memoryType: "long_term" } as const;

const save = (_: never, writes: readonly LongTermWrite[]): object[] =>
  writes.map(({ ifNew }) => (ifNew === true ? { stored: false } : { stored: true, version: "1" }));

/** A store that already has the content of every write with `ifNew`. */
function open(): AskedMemory {
  return openAsked({ longTerm: { save } });
}

describe("saving only what is new", () => {
  it("is left to the store, which answers whether it was", async () => {
    const { memory, asked } = open();
    expect(await memory.save("ann", "k", "known", { ...longTerm, ifNew: true })).toBe(false);
    expect(await memory.save("ann", "k", "known", { ...longTerm, ifNew: false })).toBe(true);
    expect(await memory.save("ann", "k", "known", longTerm)).toBe(true);
    const writes = asked.map(({ args }) => (args[1] as LongTermWrite[])[0]);
    expect(writes.map((write) => write?.ifNew)).toEqual([true, undefined, undefined]);
  });

  it("can be said of each of many items, beside other conditions", async () => {
    const { memory, asked } = open();
    const items = [
      { key: "a", value: 1, ifNew: true, ifAbsent: true },
      { key: "b", value: 2 },
    ];
    expect(await memory.saveMany("ann", items, longTerm)).toEqual([false, true]);
    expect(asked[0]?.args[1]).toMatchObject([
      { key: "a", ifNew: true, ifAbsent: true },
      { key: "b" },
    ]);
  });

  it.each([true, false])("is not for short-term memory: %s is refused", async (ifNew) => {
    const { memory, asked } = open();
    const refusal = { code: "MEM_UNSUPPORTED", path: "ifNew" };
    await expect(memory.save("ann", "k", 1, { ifNew } as never)).rejects.toMatchObject(refusal);
    const items: SaveItem[] = [{ key: "k", value: 1, ifNew }];
    await expect(memory.saveMany("ann", items as never)).rejects.toMatchObject({
      ...refusal,
      path: "items[0].ifNew",
    });
    expect(asked).toEqual([]);
  });

  it.each(["ifNew", "ifAbsent"])("is yes or no, as any condition is: %s", async (condition) => {
    const { memory, asked } = open();
    const options = { ...longTerm, [condition]: "yes" } as never;
    await expect(memory.save("ann", "k", 1, options)).rejects.toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
      path: condition,
    });
    expect(asked).toEqual([]);
  });
});
