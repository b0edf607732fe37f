import { matchesFilter, where, type Filter, type JsonObject, type JsonPrimitive } from "@mem/core";
import {
  array,
  assert,
  boolean,
  constantFrom,
  double,
  integer,
  letrec,
  oneof,
  property,
  record,
  sample,
  type Arbitrary,
} from "fast-check";
import { describe, expect, it } from "vitest";
import { Overlay } from "../src/log/overlay.ts";
import { pushedFilter } from "../src/search/pushed-filter.ts";
import { Search } from "../src/search/search.ts";
import { facetsOf } from "../src/table/facets.ts";
import { here, query, scope, write } from "./fixtures.ts";
import { analyzer, makeTable, makeView, openDatabase, type Placed } from "./view.ts";

const FILTERS = 10_000;
/** The filters that a store is asked; ten times as many are compared with the facets alone. */
const SEARCHED = 1_000;
const ENTRIES = 120;

const fields = constantFrom("team", "tags", "n", "", "a'b\"c", "\0", "😀", "__proto__");
const primitives: Arbitrary<JsonPrimitive> = oneof(
  constantFrom<JsonPrimitive>("1", "a", "it's", "", "true", "null", "\0", "😀", "x".repeat(3_000)),
  constantFrom<JsonPrimitive>(0, 1, -1, 1.5, 1e300, true, false, null),
  integer({ min: 0, max: 3 }),
  double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
);
const values = oneof(
  { arbitrary: primitives, weight: 4 },
  array(primitives, { maxLength: 4 }),
  constantFrom({ nested: 1 }, [[1], "a"], [{ a: "1" }]),
);
const metadata: Arbitrary<JsonObject> = array(record({ field: fields, value: values }), {
  maxLength: 5,
}).map((all) => Object.fromEntries(all.map(({ field, value }) => [field, value])) as JsonObject);

const { filter: filters } = letrec<{ filter: Filter; field: Filter; group: Filter }>((tie) => ({
  field: oneof(
    record({ op: constantFrom("eq", "ne", "contains"), field: fields, value: primitives }),
    record({
      op: constantFrom("gt", "gte", "lt", "lte"),
      field: fields,
      value: primitives.filter((value) => typeof value === "string" || typeof value === "number"),
    }),
    record({
      op: constantFrom("in", "nin"),
      field: fields,
      value: array(primitives, { maxLength: 3 }),
    }),
    record({ op: constantFrom("exists"), field: fields, value: boolean() }),
  ) as Arbitrary<Filter>,
  group: oneof(
    record({
      op: constantFrom("and", "or"),
      filters: array(tie("filter"), { maxLength: 3 }),
    }),
    record({ op: constantFrom("not"), filter: tie("filter") }),
  ) as Arbitrary<Filter>,
  filter: oneof({ depthSize: "small", withCrossShrink: true }, tie("field"), tie("group")),
}));

describe("a filter", () => {
  it("finds what the reference evaluator says, of entries in the table and beside it", async () => {
    const database = await openDatabase();
    const all = sample(metadata, { numRuns: ENTRIES, seed: 11 }).map(placed);
    const table = await makeTable(
      database,
      all.filter((_, i) => i % 4 !== 0),
    );
    await table.createIndex("facets", { config: database.modules.lancedb.Index.labelList() });
    const overlay = new Overlay();
    for (const [i, { write: saved }] of all.entries()) {
      const entry = { write: saved, version: "v", createdAt: 1, updatedAt: 1 };
      if (i % 4 === 0) overlay.put(scope, saved.key, { entry, position: "p", bytes: 1 });
    }
    const view = makeView(table, overlay);
    const search = new Search(database.modules.lancedb, analyzer, 0);
    const plan = { scope: here, byKeyword: true, weight: 0, at: 0 };
    const asked = sample(filters, { numRuns: SEARCHED, seed: 12 });
    for (let i = 0; i < asked.length; i += 8) {
      const some = asked.slice(i, i + 8);
      const found = await Promise.all(
        some.map((filter) => search.hits(view, plan, query("common", { topK: ENTRIES, filter }))),
      );
      for (const [at, hits] of found.entries()) {
        const filter = some[at] as Filter;
        const expected = all.filter(({ write: { metadata: own } }) => matchesFilter(filter, own));
        const keys = hits.map(({ key }) => key).toSorted();
        expect({ filter, keys }).toEqual({ filter, keys: keysOf(expected) });
      }
    }
  }, 120_000);

  it("is found by facets of which every entry that meets it has one", () => {
    assert(
      property(metadata, filters, (own, filter) => {
        if (!matchesFilter(filter, own)) return;
        const pushed = pushedFilter(filter);
        expect(pushed === undefined || holds(pushed, new Set(facetsOf("content", own)))).toBe(true);
      }),
      { numRuns: FILTERS },
    );
  });

  it("keeps types apart, so that few others are found", () => {
    const [one, text] = [facetsOf("c", { n: 1 }), facetsOf("c", { n: "1" })];
    expect(holds(pushedFilter(where.eq("n", 1)) ?? "", new Set(one))).toBe(true);
    expect(holds(pushedFilter(where.eq("n", 1)) ?? "", new Set(text))).toBe(false);
  });
});

function placed(own: JsonObject, i: number): Placed {
  const key = `key-${String(i).padStart(4, "0")}`;
  const made = write(key, { text: `common word${i}`, metadata: own });
  return { scope, write: made, version: `v${i}`, createdAt: 1, updatedAt: 1 };
}

function keysOf(entries: readonly Placed[]): string[] {
  return entries.map(({ write: { key } }) => key).toSorted();
}

const HAS_ANY = /^array_has_any\(facets, arrow_cast\(\[([\d, ]+)\], 'List\(Int32\)'\)\)$/;

/** Evaluates a pushed-down condition: one of facets, or several in brackets. */
function holds(condition: string, facets: ReadonlySet<number>): boolean {
  if (condition === "false") return false;
  const listed = HAS_ANY.exec(condition)?.[1];
  if (listed !== undefined) return listed.split(", ").some((each) => facets.has(Number(each)));
  const { parts, operator } = partsOf(condition.slice(1, -1));
  const each = (part: string): boolean => holds(part, facets);
  return operator === "OR" ? parts.some(each) : parts.every(each);
}

/** The parts that are joined outside of brackets, and their operator. */
function partsOf(joined: string): { parts: string[]; operator: string } {
  const parts = [""];
  let operator = "AND";
  let depth = 0;
  for (const word of joined.split(" ")) {
    if (depth === 0 && (word === "AND" || word === "OR")) {
      operator = word;
      parts.push("");
      continue;
    }
    depth += word.split("(").length - word.split(")").length;
    const before = parts.pop() ?? "";
    parts.push(before === "" ? word : `${before} ${word}`);
  }
  return { parts, operator };
}
