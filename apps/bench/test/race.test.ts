import { expect, it } from "vitest";
import { race, type Runner } from "../src/race.ts";

/** A runner that does three operations in each turn, and notes each turn. */
function runner(name: string, turns: string[]): Runner<number> {
  return {
    name,
    prepare: async () => 3,
    run: async (n) => {
      turns.push(name);
      return n;
    },
  };
}

it("lets all runners take turns, each turn another one first", async () => {
  const turns: string[] = [];
  const laps = await race([runner("a", turns), runner("b", turns)], { sliceMs: 10 }, 0);
  expect(turns.join("")).toBe("abbaabbaab");
  expect(laps.get("a")).toEqual({ operations: 15, costs: [3, 3, 3, 3, 3] });
});

it("begins the next round with another one", async () => {
  const turns: string[] = [];
  await race([runner("a", turns), runner("b", turns)], { sliceMs: 10 }, 1);
  expect(turns[0]).toBe("b");
});
