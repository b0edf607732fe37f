import fc from "fast-check";
import { expect, it } from "vitest";
import { KeyMap } from "../src/key-map.ts";

const key = fc.oneof(
  fc.nat(200_000).map((n) => `item-${n}`),
  fc.string({ minLength: 1, maxLength: 3 }),
);
const step = fc.oneof(
  fc.record({ kind: fc.constant("add" as const), key, count: fc.constantFrom(1, 70_000) }),
  fc.record({ kind: fc.constant("delete" as const), key }),
  fc.record({ kind: fc.constant("delete most" as const), share: fc.constantFrom(2, 10) }),
  fc.record({ kind: fc.constant("clear" as const) }),
);

it("holds what a map holds, however large it is", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const ours = new KeyMap<number>();
      const theirs = new Map<string, number>();
      const add = (name: string, value: number): void => {
        if (!theirs.has(name)) ours.add(name, value);
        else expect(ours.get(name)).toBe(theirs.get(name));
        if (!theirs.has(name)) theirs.set(name, value);
      };
      const remove = (name: string): void => {
        if (theirs.delete(name)) ours.delete(name);
      };
      for (const taken of steps) {
        if (taken.kind === "add") {
          add(taken.key, 1);
          for (let i = 1; i < taken.count; i++) add(`${taken.key} ${i}`, i);
        } else if (taken.kind === "delete") remove(taken.key);
        else if (taken.kind === "delete most") {
          [...theirs.keys()].forEach((name, i) => i % taken.share > 0 && remove(name));
        } else {
          ours.clear();
          theirs.clear();
        }
        expect(ours.size).toBe(theirs.size);
      }
      const kept = [...ours.keys()];
      expect(kept.toSorted()).toEqual([...theirs.keys()].toSorted());
      expect([...ours.values()]).toEqual(kept.map((name) => theirs.get(name)));
      expect(kept.every((name) => ours.has(name) && ours.get(name) === theirs.get(name))).toBe(
        true,
      );
      expect(ours.has("nothing of this name")).toBe(false);
    }),
    { numRuns: 40 },
  );
});
