import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  checkId,
  checkScope,
  checkSearchScope,
  decodeParts,
  encodeParts,
  type Scope,
} from "../src/index.ts";

const nasty = [
  "1",
  "10",
  "a",
  "a:b",
  "b:c",
  "",
  ":",
  "%",
  "%3A",
  "{a}",
  "a/../b",
  "\0",
  "__proto__",
  "😀",
  "default",
];
const part = fc.oneof(
  fc.constant(undefined),
  fc.constantFrom(...nasty.filter((name) => name !== "")),
  fc.string({ minLength: 1, unit: "grapheme" }),
);

describe("encodeParts", () => {
  it("gives different names different strings, and can be undone", () => {
    fc.assert(
      fc.property(fc.array(part, { minLength: 1 }), fc.array(part, { minLength: 1 }), (a, b) => {
        expect(decodeParts(encodeParts(a))).toEqual(a);
        expect(encodeParts(a) === encodeParts(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });

  it("leaves no character that Redis or a shell would read", () => {
    expect(encodeParts(["{a}", "b:c", undefined, "*?[x]"])).toBe("%7Ba%7D:b%3Ac::*%3F%5Bx%5D");
  });
});

describe("checkId", () => {
  it.each([[""], [undefined], [null], [0], [["a"]], ["\udc00"]])("refuses %j", (id) => {
    expect(() => checkId(id, "agentId")).toThrowError(
      expect.objectContaining({ code: "MEM_INVALID_ARGUMENT", path: "agentId" }),
    );
  });

  it("refuses what is longer than 16,384 characters", () => {
    expect(checkId("x".repeat(16_384), "key")).toHaveLength(16_384);
    expect(() => checkId("x".repeat(16_385), "key")).toThrowError(
      expect.objectContaining({ code: "MEM_TOO_LARGE" }),
    );
  });

  it.each(nasty.filter((name) => name !== ""))("accepts %j", (id) => {
    expect(checkId(id, "key")).toBe(id);
  });
});

describe("a scope", () => {
  it("is refused unless it names an agent or a workflow", () => {
    expect(() => checkScope({ tenantId: "acme" } as unknown as Scope)).toThrowError(/neither/);
    expect(() => checkSearchScope({ tenantId: "acme", agentIds: [] })).toThrowError(/at least one/);
    expect(() => checkScope(undefined as unknown as Scope)).toThrowError(/missing/);
  });
});
