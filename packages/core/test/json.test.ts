import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cloneJson, copyJson, copyJsonObject, type JsonValue } from "../src/index.ts";

class Campaign {
  readonly name = "spring";
}

const circular: Record<string, unknown> = { name: "loop" };
circular["self"] = circular;

describe("copyJson", () => {
  it("returns an equal copy that shares nothing with its source", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const copy = copyJson(value, "value");
        expect(JSON.stringify(copy)).toBe(JSON.stringify(value));
        if (typeof value === "object" && value !== null) expect(copy).not.toBe(value);
      }),
    );
  });

  it("turns -0 into 0, as JSON does", () => {
    expect(Object.is(copyJson(-0, "value"), 0)).toBe(true);
    expect(Object.is((copyJson([-0], "value") as number[])[0], 0)).toBe(true);
  });

  it.each<[string, unknown, string]>([
    ["undefined", { a: undefined }, "value.a"],
    ["a hole", Object.assign([1], { length: 3 }), "value[1]"],
    ["a function", { a: { b: () => 1 } }, "value.a.b"],
    ["a BigInt", [1n], "value[0]"],
    ["a symbol", { a: Symbol("s") }, "value.a"],
    ["NaN", { items: [{}, {}, {}, { price: Number.NaN }] }, "value.items[3].price"],
    ["Infinity", { "odd name": Infinity }, 'value["odd name"]'],
    ["a Date", { at: new Date() }, "value.at"],
    ["a Map", new Map(), "value"],
    ["a Set", [new Set()], "value[0]"],
    ["a RegExp", /x/, "value"],
    ["a typed array", { v: new Float32Array(2) }, "value.v"],
    ["a class instance", { c: new Campaign() }, "value.c"],
    ["a cycle", circular, "value.self"],
    ["a lone surrogate", { text: "\ud800" }, "value.text"],
    ["an array with properties", Object.assign([1], { extra: 1 }), "value"],
  ])("refuses %s and names its path", (_name, value, path) => {
    expect(() => copyJson(value, "value")).toThrowError(
      expect.objectContaining({ code: "MEM_NOT_JSON", path, outcome: "not-applied" }),
    );
  });

  it("refuses a getter that throws, and keeps what it threw", () => {
    const cause = new Error("no");
    const value = {
      get broken(): string {
        throw cause;
      },
    };
    expect(() => copyJson(value, "value")).toThrowError(
      expect.objectContaining({ code: "MEM_NOT_JSON", path: "value.broken", cause }),
    );
  });

  it("refuses a proxy whose traps throw, and keeps what they threw", () => {
    const cause = new Error("no");
    const traps = {
      ownKeys(): never {
        throw cause;
      },
    };
    expect(() => copyJson({ deep: [new Proxy({}, traps)] }, "value")).toThrowError(
      expect.objectContaining({ code: "MEM_NOT_JSON", path: "value.deep[0]", cause }),
    );
  });

  it("refuses what is nested too deep, without exhausting the stack", () => {
    let value: JsonValue = 1;
    for (let i = 0; i < 100_000; i++) value = [value];
    expect(() => copyJson(value, "value")).toThrowError(
      expect.objectContaining({ code: "MEM_NOT_JSON" }),
    );
  });

  it("refuses what is too large, and stops walking there", () => {
    const limits = { maxDepth: 200, maxSize: 100 };
    let reads = 0;
    const value = Array.from({ length: 1000 }, () => ({
      get text(): string {
        reads++;
        return "0123456789";
      },
    }));
    expect(() => copyJson(value, "value", limits)).toThrowError(
      expect.objectContaining({ code: "MEM_TOO_LARGE", path: "value" }),
    );
    expect(reads).toBeLessThan(20);
    expect(() => copyJson("x".repeat(200), "value", limits)).toThrowError(
      expect.objectContaining({ code: "MEM_TOO_LARGE" }),
    );
  });

  it("keeps hostile property names as plain data", () => {
    const value: unknown = JSON.parse('{"__proto__":{"polluted":true},"constructor":1}');
    const copy = copyJson(value, "value");
    expect(JSON.stringify(copy)).toBe('{"__proto__":{"polluted":true},"constructor":1}');
    expect(JSON.stringify(cloneJson(copy))).toBe(JSON.stringify(copy));
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("leaves what stands under a symbol behind, which JSON does not know", () => {
    const tagged = { a: 1, [Symbol("tag")]: { b: 2 } };
    expect(cloneJson(copyJson(tagged, "value"))).toStrictEqual({ a: 1 });
    expect(JSON.stringify(copyJson(tagged, "value"))).toBe('{"a":1}');
  });

  it("accepts objects without a prototype", () => {
    expect(copyJson(Object.assign(Object.create(null), { a: 1 }), "value")).toEqual({ a: 1 });
  });
});

describe("copyJsonObject", () => {
  it.each([["text"], [null], [[1]], [5]])("refuses %j", (value) => {
    expect(() => copyJsonObject(value, "metadata")).toThrowError(
      expect.objectContaining({ code: "MEM_INVALID_ARGUMENT", path: "metadata" }),
    );
  });
});
