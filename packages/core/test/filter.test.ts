import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkFilter, matchesFilter, where, type Filter, type JsonObject } from "../src/index.ts";

const entry: JsonObject = {
  status: "done",
  score: 0.8,
  tags: ["spring", "email"],
  note: null,
  at: "2026-03-01T00:00:00.000Z",
};

describe("a filter", () => {
  it.each<[string, Filter, boolean]>([
    ["eq of the same value", where.eq("status", "done"), true],
    ["eq of another type", where.eq("score", "0.8"), false],
    ["eq of a missing field", where.eq("missing", "x"), false],
    ["eq null of a field with null", where.eq("note", null), true],
    ["eq null of a missing field", where.eq("missing", null), false],
    ["ne of a missing field", where.ne("missing", "x"), true],
    ["gt at the bound", where.gt("score", 0.8), false],
    ["gte at the bound", where.gte("score", 0.8), true],
    ["lt of a string against a number", where.lt("status", 5), false],
    ["lt of ISO dates", where.lt("at", "2026-04-01"), true],
    ["in", where.in("status", ["open", "done"]), true],
    ["in nothing", where.in("status", []), false],
    ["nin of a missing field", where.nin("missing", ["x"]), true],
    ["contains of a tag", where.contains("tags", "email"), true],
    ["contains of part of a tag", where.contains("tags", "mail"), false],
    ["contains of part of a string", where.contains("status", "on"), true],
    ["exists with null", where.exists("note"), true],
    ["not exists", where.exists("missing", false), true],
    ["all", where.all({ status: "done", score: 0.8 }), true],
    ["and of nothing", where.and(), true],
    ["or of nothing", where.or(), false],
  ])("%s is %s", (_name, filter, expected) => {
    expect(matchesFilter(filter, entry)).toBe(expected);
  });

  it("never matches both itself and its negation", () => {
    const scalar = fc.oneof(
      fc.string(),
      fc.double({ noNaN: true }),
      fc.boolean(),
      fc.constant(null),
    );
    const field = fc.constantFrom("status", "score", "tags", "note", "missing", "__proto__");
    const leaf: fc.Arbitrary<Filter> = fc.oneof(
      fc.tuple(field, scalar).map(([f, v]) => where.eq(f, v)),
      fc.tuple(field, scalar).map(([f, v]) => where.contains(f, v)),
      fc.tuple(field, fc.string()).map(([f, v]) => where.gt(f, v)),
      fc.tuple(field, fc.array(scalar)).map(([f, v]) => where.nin(f, v)),
    );
    fc.assert(
      fc.property(fc.array(leaf), (filters) => {
        const filter = where.or(...filters);
        expect(matchesFilter(where.not(filter), entry)).toBe(!matchesFilter(filter, entry));
      }),
    );
  });

  it("does not read what metadata inherits", () => {
    expect(matchesFilter(where.exists("toString"), {})).toBe(false);
    expect(matchesFilter(where.eq("__proto__", null), {})).toBe(false);
  });
});

describe("checkFilter", () => {
  it("gives back an equal filter", () => {
    const filter = where.and(where.in("a", [1, "x", null]), where.not(where.exists("b")));
    expect(checkFilter(filter, "filter")).toEqual(filter);
  });

  it.each<[unknown, string]>([
    [null, "filter"],
    [{ op: "regex", field: "a", value: "x" }, "filter.op"],
    [{ op: "eq", field: 5, value: 1 }, "filter.field"],
    [{ op: "eq", field: "a", value: { $ne: 1 } }, "filter.value"],
    [{ op: "gt", field: "a", value: true }, "filter.value"],
    [{ op: "in", field: "a", value: ["x", []] }, "filter.value[1]"],
    [
      { op: "and", filters: [{ op: "eq", field: "a", value: Number.NaN }] },
      "filter.filters[0].value",
    ],
  ])("refuses %j at %s", (filter, path) => {
    expect(() => checkFilter(filter, "filter")).toThrowError(expect.objectContaining({ path }));
  });

  it("refuses bottomless nesting", () => {
    let filter: Filter = where.and();
    for (let i = 0; i < 1000; i++) filter = where.not(filter);
    expect(() => checkFilter(filter, "filter")).toThrowError(/deeper/);
  });
});
