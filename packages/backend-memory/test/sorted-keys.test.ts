import { compareCodePoints } from "@mem/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SortedKeys } from "../src/sorted-keys.ts";

const fewKeys = fc.string({
  unit: fc.constantFrom("a", "b", "\u{FFFF}", "\u{10000}"),
  minLength: 1,
  maxLength: 3,
});
const manyKeys = fc.nat(5000).map((n) => `key ${n}`);

const anyStep = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("add" as const),
      keys: fc.array(fc.oneof(fewKeys, manyKeys), { maxLength: 40 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("remove" as const),
      keys: fc.array(fewKeys, { maxLength: 20 }),
      share: fc.nat(3),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("bulk" as const),
      from: fc.nat(4000),
      count: fc.nat(2000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("clear" as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("list" as const),
      after: fc.option(fc.oneof(fewKeys, manyKeys), { nil: undefined }),
      prefix: fc.oneof(fc.constant(""), fewKeys, fc.constant("key 1")),
    }),
  },
);

describe("sorted keys", () => {
  it("give what a sort of all keys gives, whatever came and went in between", () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 30 }), (steps) => {
        const map = new Map<string, true>();
        const sorted = new SortedKeys(map);
        const set = (key: string): void => {
          if (map.has(key)) return;
          map.set(key, true);
          sorted.changed(key);
        };
        const remove = (key: string): void => {
          if (map.delete(key)) sorted.changed(key);
        };
        for (const step of steps) {
          if (step.kind === "add") step.keys.forEach(set);
          else if (step.kind === "bulk") {
            for (let i = 0; i < step.count; i++) set(`key ${step.from + i}`);
          } else if (step.kind === "remove") {
            step.keys.forEach(remove);
            [...map.keys()].forEach((key, i) => i % 4 < step.share && remove(key));
          } else if (step.kind === "clear") {
            map.clear();
            sorted.changedAll();
          } else {
            const { after, prefix } = step;
            const expected = [...map.keys()]
              .filter((key) => key.startsWith(prefix))
              .filter((key) => after === undefined || compareCodePoints(key, after) > 0)
              .toSorted(compareCodePoints);
            expect([...sorted.from(after, prefix)]).toEqual(expected);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it("look at few keys for a page, however many there are and whatever came or went before it", () => {
    const keys = Array.from({ length: 50_000 }, (_, i) => `key ${i}`);
    const looked: string[] = [];
    class Watched extends Map<string, true> {
      override has(key: string): boolean {
        looked.push(key);
        return super.has(key);
      }
      override keys(): MapIterator<string> {
        looked.push("all");
        return super.keys();
      }
    }
    const map = new Watched(keys.map((key) => [key, true]));
    const sorted = new SortedKeys(map);
    const firstPage = (): string[] => {
      const pages = sorted.from(undefined, "");
      return Array.from({ length: 3 }, () => pages.next().value as string);
    };
    expect(firstPage()).toEqual(["key 0", "key 1", "key 10"]);
    expect(looked).toEqual(["all"]);
    map.delete("key 1");
    sorted.changed("key 1");
    map.set("key 0.5", true);
    sorted.changed("key 0.5");
    expect(firstPage()).toEqual(["key 0", "key 0.5", "key 10"]);
    expect(looked).toEqual(["all", "key 1", "key 0.5"]);
  });
});
