import {
  encodeScope,
  where,
  type ListRequest,
  type LongTermEntry,
  type LongTermStats,
  type Scope,
  type SearchHit,
  type SearchScope,
} from "@mem/core";
import {
  array,
  assert,
  asyncProperty,
  boolean,
  constantFrom,
  double,
  integer,
  oneof,
  option,
  record,
  tuple,
  type Arbitrary,
} from "fast-check";
import { describe, expect, it } from "vitest";
import type { Database } from "../src/table/database.ts";
import { listPage } from "../src/reading/listing.ts";
import { Overlay } from "../src/log/overlay.ts";
import { getEntries, getKnown } from "../src/reading/retrieval.ts";
import { rowId } from "../src/table/row.ts";
import { countScope } from "../src/reading/scope-count.ts";
import { Search } from "../src/search/search.ts";
import { countTenant } from "../src/reading/store-stats.ts";
import type { View } from "../src/reading/view.ts";
import { query, write } from "./fixtures.ts";
import { analyzer, DIMENSIONS, makeTable, makeView, openDatabase, type Placed } from "./view.ts";

const SCOPES: readonly Scope[] = [
  { tenantId: "acme", agentId: "writer" },
  { tenantId: "acme", agentId: "writer", workflowId: "w1" },
  { tenantId: "acme", agentId: "it's", workflowId: "w1" },
  { tenantId: "acme", workflowId: "w1" },
  { tenantId: "other", agentId: "writer" },
];
const SEARCHED: readonly SearchScope[] = [
  { tenantId: "acme", agentIds: ["writer"] },
  { tenantId: "acme", agentIds: ["writer", "it's"] },
  { tenantId: "acme", agentIds: ["writer", "it's"], workflowId: "w1" },
  { tenantId: "acme", workflowId: "w1" },
];
const KEYS = ["a", "a/b", "b", "～", "\u{1F600}", "z'"];

const scope = constantFrom(...SCOPES);
const words = constantFrom("autumn", "winter", "the", "budget", "zebra", "plan");
const text = array(words, { maxLength: 6 }).map((all) => all.join(" "));
const component = double({ min: -1, max: 1, noNaN: true });
const vector = array(component, { minLength: DIMENSIONS, maxLength: DIMENSIONS })
  .filter((all) => all.some((x) => Math.abs(x) > 0.01))
  .map((all) => Float32Array.from(all));
const entry = record({
  key: constantFrom(...KEYS),
  value: constantFrom("x", 1, null),
  text,
  team: option(constantFrom("a", "b"), { nil: undefined }),
  sequence: option(record({ id: constantFrom("s", "t"), position: integer({ max: 9, min: 0 }) }), {
    nil: undefined,
  }),
  vector: option(vector, { nil: undefined }),
}).map(({ team, sequence, vector: made, ...fields }) => ({
  write: write(fields.key, {
    ...fields,
    ...(team !== undefined && { metadata: { team } }),
    ...(sequence !== undefined && { sequence }),
  }),
  // A text without words has none.
  vector: fields.text === "" ? undefined : made,
}));

type Step =
  | {
      readonly kind: "save";
      readonly scope: Scope;
      readonly entry: Pick<Placed, "write" | "vector">;
    }
  | { readonly kind: "delete"; readonly scope: Scope; readonly key: string }
  | { readonly kind: "clear"; readonly scope: Scope }
  | { readonly kind: "clear-workflow" };

const saving = tuple(scope, entry).map(([place, made]): Step => ({
  kind: "save",
  scope: place,
  entry: made,
}));
const step: Arbitrary<Step> = oneof(
  { weight: 8, arbitrary: saving },
  {
    weight: 4,
    arbitrary: tuple(scope, constantFrom(...KEYS)).map(([place, key]): Step => ({
      kind: "delete",
      scope: place,
      key,
    })),
  },
  { weight: 1, arbitrary: scope.map((place): Step => ({ kind: "clear", scope: place })) },
  { weight: 1, arbitrary: constantFrom<Step>({ kind: "clear-workflow" }) },
);

/** What is stored, in the plainest form. */
type Model = Map<string, Placed>;

function applyTo(model: Model, one: Step, time: number): void {
  switch (one.kind) {
    case "save": {
      const id = rowId(one.scope, one.entry.write.key);
      const createdAt = model.get(id)?.createdAt ?? time;
      const { scope: place, entry: made } = one;
      model.set(id, { scope: place, ...made, version: `v${time}`, createdAt, updatedAt: time });
      return;
    }
    case "delete":
      model.delete(rowId(one.scope, one.key));
      return;
    default:
      for (const [id, { scope: place }] of model) {
        const isMeant =
          one.kind === "clear"
            ? encodeScope(place) === encodeScope(one.scope)
            : place.tenantId === "acme" && place.workflowId === "w1";
        if (isMeant) model.delete(id);
      }
  }
}

/** Applies a step as the log does: `createdAt` is known only if nothing in the table matters. */
function applyToOverlay(overlay: Overlay, one: Step, time: number, model: Model): void {
  const position = `p${String(time).padStart(6, "0")}`;
  switch (one.kind) {
    case "save": {
      const { write: made, vector: own } = one.entry;
      const isKnown =
        overlay.find(one.scope, made.key) !== undefined || overlay.isCleared(one.scope);
      const createdAt = isKnown ? model.get(rowId(one.scope, made.key))?.createdAt : undefined;
      const saved = { write: made, version: `v${time}`, createdAt, updatedAt: time };
      const stamped = { ...saved, ...(own !== undefined && { vector: own }) };
      overlay.put(one.scope, made.key, { entry: stamped, position, bytes: 1 });
      return;
    }
    case "delete":
      overlay.put(one.scope, one.key, { entry: undefined, position, bytes: 1 });
      return;
    case "clear":
      overlay.clear(one.scope, position);
      return;
    case "clear-workflow":
      overlay.clearWorkflow({ tenantId: "acme", workflowId: "w1" }, position);
  }
}

interface Question {
  readonly words: string;
  readonly prefix: string;
  readonly limit: number;
  readonly filtered: boolean;
  readonly neighbours: boolean;
}

const question = record({
  words: text,
  prefix: constantFrom("", "a", "～"),
  limit: integer({ min: 1, max: 4 }),
  filtered: boolean(),
  neighbours: boolean(),
});

interface Answers {
  readonly got: readonly (LongTermEntry | undefined)[][];
  readonly listed: readonly (readonly LongTermEntry[])[];
  readonly counts: readonly number[];
  readonly hits: readonly SearchHit[][];
  readonly stats: readonly Omit<LongTermStats, "cache">[];
}

async function ask(database: Database, view: View, asked: Question): Promise<Answers> {
  const { lancedb } = database.modules;
  const search = new Search(lancedb, analyzer);
  const filter = asked.filtered ? { filter: where.eq("team", "a") } : {};
  const hits = SEARCHED.flatMap((place) =>
    [undefined, Float32Array.from([1, -0.5, 0.25, 0])].flatMap((made) =>
      (made === undefined ? [true] : [true, false]).map((byKeyword) =>
        search.hits(
          view,
          { scope: place, byKeyword, weight: 0.6, at: 0, ...(made && { vector: made }) },
          query(asked.words, { ...filter, topK: asked.limit * 3, neighbours: asked.neighbours }),
        ),
      ),
    ),
  );
  const pages = { prefix: asked.prefix, limit: asked.limit, ...filter };
  return {
    got: await Promise.all(SCOPES.map((place) => getEntries(view, place, KEYS))),
    listed: await Promise.all(SCOPES.map((place) => listAll(view, place, pages))),
    counts: await Promise.all(SCOPES.map((place) => countScope(view, place))),
    hits: await Promise.all(hits),
    stats: await Promise.all(
      ["acme", "other", "nobody"].map(async (tenant) => {
        const { entries, pendingVectors } = await countTenant(view, tenant, true);
        return { entries, pendingVectors };
      }),
    ),
  };
}

async function listAll(view: View, place: Scope, request: ListRequest): Promise<LongTermEntry[]> {
  const found: LongTermEntry[] = [];
  let cursor: string | undefined;
  do {
    const page = await listPage(view, place, { ...request, ...(cursor && { cursor }) });
    expect(page.items.length).toBeLessThanOrEqual(request.limit);
    found.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
}

describe("a read", () => {
  it("answers alike whether a change is in the table or waits in the overlay", async () => {
    const database = await openDatabase();
    const steps = array(step, { minLength: 1, maxLength: 15 });
    await assert(
      asyncProperty(
        array(saving, { maxLength: 20 }),
        steps,
        question,
        async (first, then, asked) => {
          const model: Model = new Map();
          let time = 1;
          for (const one of first) applyTo(model, one, time++);
          const table = await makeTable(database, [...model.values()]);
          const overlay = new Overlay();
          for (const one of then) {
            applyTo(model, one, time);
            applyToOverlay(overlay, one, time++, model);
          }
          const all = makeView(await makeTable(database, [...model.values()]));
          const expected = await ask(database, all, asked);
          const view = makeView(table, overlay);
          expect(await ask(database, view, asked)).toEqual(expected);
          // Once read, it is known.
          expect(SCOPES.map((place) => getKnown(view, place, KEYS))).toEqual(expected.got);
        },
      ),
      { numRuns: 25 },
    );
  }, 120_000);
});
