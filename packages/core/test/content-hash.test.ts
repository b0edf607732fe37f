import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contentHash, type JsonValue } from "../src/index.ts";
import { searchableText } from "../src/searchable-text.ts";

const json = fc.jsonValue() as fc.Arbitrary<JsonValue>;

/** The same value with the properties of every object in another order. */
function reordered(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(reordered);
  if (typeof value !== "object" || value === null) return value;
  const copy: Record<string, JsonValue> = Object.create(null);
  for (const [name, each] of Object.entries(value).toReversed()) copy[name] = reordered(each);
  return copy;
}

/** Whether two values are equal except for the order of properties. */
function isSame(one: JsonValue, other: JsonValue): boolean {
  if (typeof one !== "object" || one === null) return one === other;
  if (typeof other !== "object" || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every(
      (name) =>
        Object.hasOwn(other, name) &&
        isSame(
          (one as Record<string, JsonValue>)[name] as JsonValue,
          (other as Record<string, JsonValue>)[name] as JsonValue,
        ),
    )
  );
}

describe("the hash of what an entry says", () => {
  it("does not change from one release to the next", () => {
    expect(contentHash({ b: [1, null], a: "x" }, "x")).toBe("Rl2Wcz9Hx1QbjmsuXmk-Og");
    expect(contentHash("", "")).toHaveLength(22);
  });

  it("is the same whatever the order of properties", () => {
    fc.assert(
      fc.property(json, fc.string(), (value, text) => {
        expect(contentHash(reordered(value), text)).toBe(contentHash(value, text));
      }),
    );
  });

  it("is so with the text that is made of the value, too, which follows that order", () => {
    fc.assert(
      fc.property(json, (value) => {
        const other = reordered(value);
        expect(contentHash(other, searchableText(other))).toBe(
          contentHash(value, searchableText(value)),
        );
      }),
    );
    expect(contentHash(["x"], "x")).not.toBe(contentHash(["x"], ""));
  });

  it("tells values apart that differ in anything else", () => {
    fc.assert(
      fc.property(json, json, fc.string(), (one, other, text) => {
        const same = isSame(one, other);
        expect(contentHash(one, text) === contentHash(other, text)).toBe(same);
      }),
    );
  });

  it.each<[JsonValue, JsonValue]>([
    [1, "1"],
    [[], {}],
    [
      [1, 2],
      [2, 1],
    ],
    [
      [1, [2]],
      [[1], 2],
    ],
    [{ a: 1 }, { a: "1" }],
    [{ a: { b: 1 } }, { a: 1, b: 1 }],
    [{ 'a":1,"b': 2 }, { a: 1, b: 2 }],
    [null, "null"],
    ["é", "e\u0301"],
    ["\ud800", "\ud801"],
  ])("tells %j from %j", (one, other) => {
    expect(contentHash(one, "")).not.toBe(contentHash(other, ""));
  });

  it("depends on the text as much as on the value, and on where one ends", () => {
    expect(contentHash("x", "x")).not.toBe(contentHash("x", "null"));
    expect(contentHash("x", "a")).not.toBe(contentHash("x", "b"));
    expect(contentHash("b", "a")).not.toBe(contentHash("a", "b"));
    expect(contentHash("x", '"')).not.toBe(contentHash('"x', ""));
  });
});
