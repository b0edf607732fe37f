import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { CarefulCopier } from "../src/careful-copier.ts";
import { copyJson, DEFAULT_JSON_LIMITS, isMemoryError } from "../src/index.ts";
import { quickCopy } from "../src/quick-copy.ts";

const anything = fc.anything({
  maxDepth: 4,
  withBigInt: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
  withUnicodeString: true,
});

/** The outcome of copying: the copy as text, or the refusal. */
function outcome(copy: () => unknown): string {
  try {
    return JSON.stringify(copy());
  } catch (error) {
    if (!isMemoryError(error)) throw error;
    return `${error.code} at ${error.path}`;
  }
}

describe("the quick copy", () => {
  afterEach(() => {
    Reflect.deleteProperty(Object.prototype, "polluted");
  });

  it("comes to what the careful one comes to, whatever it is given", () => {
    fc.assert(
      fc.property(anything, fc.integer({ min: 1, max: 400 }), (value, maxSize) => {
        const limits = { maxDepth: 3, maxSize };
        expect(outcome(() => copyJson(value, "value", limits))).toBe(
          outcome(() => new CarefulCopier("value", limits).copy(value, 0)),
        );
      }),
      { numRuns: 2000 },
    );
  });

  it("takes all plain JSON upon itself", () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        fc.pre(typeof value === "object" && value !== null);
        fc.pre(!JSON.stringify(value).includes("__proto__"));
        expect(JSON.stringify(quickCopy(value, DEFAULT_JSON_LIMITS))).toBe(JSON.stringify(value));
      }),
    );
  });

  it("shares no object and no array with its source, at any depth", () => {
    const value = { list: [[1], { a: 1 }], record: { deep: { list: ["x"] } } };
    const copy = quickCopy(value, DEFAULT_JSON_LIMITS) as typeof value;
    copy.list[0] = [2];
    (copy.list[1] as { a: number }).a = 2;
    copy.record.deep.list.push("y");
    expect(value).toEqual({ list: [[1], { a: 1 }], record: { deep: { list: ["x"] } } });
  });

  it("reads a getter once and stores what it gave", () => {
    let reads = 0;
    const value = {
      get count(): number {
        return ++reads;
      },
    };
    expect(copyJson(value, "value")).toEqual({ count: 1 });
  });

  it("does not run the constructor of an array's class", () => {
    class Rows extends Array<number> {}
    expect(copyJson(Rows.from([1, 2]), "value")).toEqual([1, 2]);
    expect(copyJson(Rows.from([1, 2]), "value")).not.toBeInstanceOf(Rows);
  });

  it("leaves out what somebody has added to every object", () => {
    Object.assign(Object.prototype, { polluted: true });
    expect(Object.keys(copyJson({ a: { b: 1 } }, "value") as object)).toEqual(["a"]);
    expect(JSON.stringify(copyJson({ a: { b: 1 } }, "value"))).toBe('{"a":{"b":1}}');
  });
});
