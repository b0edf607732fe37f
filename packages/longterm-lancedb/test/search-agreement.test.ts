import {
  encodeScope,
  where,
  type Filter,
  type Scope,
  type SearchRequest,
  type SearchScope,
} from "@mem/core";
import {
  array,
  assert,
  asyncProperty,
  boolean,
  constantFrom,
  integer,
  option,
  record,
  type Arbitrary,
} from "fast-check";
import { describe, expect, it } from "vitest";
import { Overlay } from "../src/log/overlay.ts";
import { Search } from "../src/search/search.ts";
import { write } from "./fixtures.ts";
import { searchPlainly, type Asked, type Expected } from "./reference-search.ts";
import { analyzer, makeTable, makeView, openDatabase, type Placed } from "./view.ts";

const NOW = 1_800_000_000_000;
const SCOPES: readonly Scope[] = [
  { tenantId: "acme", agentId: "writer" },
  { tenantId: "acme", agentId: "editor" },
  { tenantId: "acme", agentId: "writer", workflowId: "spring" },
  { tenantId: "acme", workflowId: "spring" },
  { tenantId: "other", agentId: "writer" },
];
const SEARCHED: readonly SearchScope[] = [
  { tenantId: "acme", agentIds: ["writer"] },
  { tenantId: "acme", agentIds: ["writer", "editor"] },
  { tenantId: "acme", agentIds: ["writer"], workflowId: "spring" },
  { tenantId: "acme", workflowId: "spring" },
];

const words = array(
  constantFrom(
    "autumn",
    "market",
    "marketing",
    "marker",
    "budget",
    "the",
    "of",
    "plan",
    "zebra",
    "e-mail",
  ),
  { maxLength: 9 },
).map((each) => each.join(" "));
const vector = array(integer({ min: -9, max: 9 }), { minLength: 4, maxLength: 4 }).map((numbers) =>
  Float32Array.from(numbers.some((each) => each !== 0) ? numbers : [1, 0, 0, 0]),
);

/** What becomes of an entry: it is in the table, replaced in the overlay, only in the overlay, or deleted there. */
type Fate = "stored" | "replaced" | "unflushed" | "deleted";

const places = array(
  record({
    scope: constantFrom(...SCOPES),
    key: integer({ min: 0, max: 30 }),
    texts: array(words, { minLength: 2, maxLength: 2 }),
    vector: option(vector, { nil: undefined }),
    team: constantFrom("a", "b", 1, undefined),
    sequence: option(
      record({ id: constantFrom("s", "t"), position: integer({ min: 0, max: 9 }) }),
      {
        nil: undefined,
      },
    ),
    age: integer({ min: 0, max: 10 }),
    fate: constantFrom<Fate>("stored", "stored", "replaced", "unflushed", "deleted"),
  }),
  { minLength: 20, maxLength: 90 },
);

const filters: readonly Filter[] = [
  where.eq("team", "a"),
  where.in("team", ["a", 1]),
  where.not(where.eq("team", "b")),
  where.or(where.gte("team", 1), where.eq("team", "b")),
];
const requests: Arbitrary<
  SearchRequest & { readonly at: number; place: number; by: number; vector: Float32Array }
> = record(
  {
    text: words.filter((text) => text !== ""),
    topK: integer({ min: 1, max: 40 }),
    mode: constantFrom("auto" as const),
    neighbours: boolean(),
    at: constantFrom(NOW),
    place: integer({ min: 0, max: SEARCHED.length - 1 }),
    by: integer({ min: 0, max: 2 }),
    vector,
    minScore: constantFrom(0.05, 0.3),
    filter: constantFrom(...filters),
    match: constantFrom("any" as const, "all" as const),
    phrases: array(constantFrom("marketing plan", "of the", "e-mail"), { maxLength: 2 }),
    prefix: boolean(),
    recency: record({ halfLife: constantFrom(60, 86_400), weight: constantFrom(0.3, 1) }),
    collapse: boolean(),
  },
  { requiredKeys: ["text", "topK", "mode", "neighbours", "at", "place", "by", "vector"] },
);

describe("a search", () => {
  it("answers as one does that looks at every entry, however many it looks at, wherever they are", async () => {
    const database = await openDatabase();
    const { lancedb } = database.modules;
    await assert(
      asyncProperty(
        places,
        array(requests, { minLength: 12, maxLength: 12 }),
        async (made, asked) => {
          const { stored, overlay, visible } = arrange(made);
          const view = makeView(await makeTable(database, stored), overlay);
          const ways = [new Search(lancedb, analyzer), new Search(lancedb, analyzer, 0)];
          for (const { place, by, vector: own, at, ...request } of asked) {
            const scope = SEARCHED[place] as SearchScope;
            const plan: Asked = {
              scope,
              byKeyword: by !== 1,
              vector: by === 0 ? undefined : own,
              weight: 0.4,
              at,
            };
            const expected = searchPlainly(visible, plan, request).map((each) => rounded(each));
            for (const search of ways) {
              const { vector: ofText, ...rest } = plan;
              const hits = await search.hits(
                view,
                { ...rest, ...(ofText && { vector: ofText }) },
                request,
              );
              const found = hits.map(({ key, score, scores, passage, duplicates = [], ...entry }) =>
                rounded({
                  key,
                  scope: encodeScope({ tenantId: "acme", ...entry }),
                  score,
                  scores: { ...scores },
                  passage: passage.text,
                  duplicates: duplicates.map((each) => each.key),
                }),
              );
              expect(found).toEqual(expected);
            }
          }
        },
      ),
      { numRuns: 12 },
    );
  }, 120_000);
});

function rounded(hit: Expected): unknown {
  const scores = Object.entries(hit.scores).map(([name, value]) => [name, value.toFixed(9)]);
  return { ...hit, score: hit.score.toFixed(9), scores };
}

/** The table, the overlay, and the entries visible in them. */
function arrange(made: readonly (typeof places extends Arbitrary<infer T> ? T : never)[number][]) {
  const overlay = new Overlay();
  const stored: Placed[] = [];
  const visible: Placed[] = [];
  const taken = new Set<string>();
  for (const { scope, key, texts, fate, team, sequence, age, vector: own } of made) {
    const id = `${encodeScope(scope)} ${key}`;
    if (taken.has(id)) continue;
    taken.add(id);
    const [before = "", after = ""] = texts;
    const place = (text: string, version: string): Placed => ({
      scope,
      write: write(`key-${key}`, {
        text,
        ...(team !== undefined && { metadata: { team } }),
        ...(sequence && { sequence }),
      }),
      version,
      createdAt: 1,
      updatedAt: NOW - age * 30_000,
      vector: text.trim() === "" ? undefined : own,
    });
    const [old, fresh] = [place(before, "old"), place(after, "new")];
    if (fate !== "unflushed") stored.push(old);
    if (fate === "stored") visible.push(old);
    if (fate === "replaced" || fate === "unflushed") visible.push(fresh);
    if (fate === "stored") continue;
    const { createdAt, updatedAt, version, vector: made4 } = fresh;
    const entry = {
      write: fresh.write,
      version,
      createdAt,
      updatedAt,
      ...(made4 && { vector: made4 }),
    };
    overlay.put(scope, fresh.write.key, {
      entry: fate === "deleted" ? undefined : entry,
      position: "p",
      bytes: 1,
    });
  }
  return { stored, overlay, visible };
}
