import { where, type LongTermStore, type SearchHit, type SearchRequest } from "@mem/core";
import {
  array,
  assert,
  asyncProperty,
  boolean,
  constant,
  constantFrom,
  option,
  record,
  subarray,
  type Arbitrary,
} from "fast-check";
import { describe, expect, it } from "vitest";
import type { Open } from "./harness.ts";
import { agent, query, team, write } from "./samples.ts";
import { createScriptedEmbedder } from "./scripted-embedder.ts";

const WORDS = "autumn budget campaign the zebra of plans".split(" ");
const text = array(constantFrom(...WORDS), { minLength: 1, maxLength: 8 }).map((all) =>
  all.join(" "),
);
const sequence = record({ id: constantFrom("x", "y"), position: constantFrom(-1, 0, 0.5, 7) });

/** An entry: its scope, its text, its place in a sequence, and its metadata. */
const entry = record({
  place: constantFrom("a", "b", "a in w", "team"),
  text,
  sequence: option(sequence, { nil: undefined }),
  even: boolean(),
});

/** The search options that change scores. */
const scoring: Arbitrary<Partial<SearchRequest>> = record(
  {
    mode: constantFrom("keyword", "vector", "hybrid", "auto"),
    neighbours: boolean(),
    prefix: boolean(),
    recency: constantFrom({ halfLife: 86_400, weight: 0.5 }, { halfLife: 86_400, weight: 1 }),
  },
  { requiredKeys: ["mode", "neighbours"] },
);

/** The search options that select hits. */
const conditions: Arbitrary<Partial<SearchRequest>> = record(
  {
    match: constantFrom("any", "all"),
    phrases: array(text, { maxLength: 1 }),
    filter: constant(where.eq("even", true)),
    minScore: constantFrom(0, 0.1, 0.3, 0.6, 1),
  },
  { requiredKeys: [] },
);

export function explainsScores(open: Open): void {
  describe("the score of any hit of any search", () => {
    const entries = array(entry, { minLength: 1, maxLength: 15 });
    const agentIds = subarray(["a", "b", "nobody"], { minLength: 1 });
    const everywhere = record({ text, scoring, conditions, agentIds });

    it("is the sum of its parts, stays with conditions, and is never of another scope", async () => {
      const { store } = await open({ embedder: createScriptedEmbedder() });
      let runs = 0;
      await assert(
        asyncProperty(
          entries,
          array(everywhere, { minLength: 3, maxLength: 6 }),
          async (all, searches) => {
            const tenantId = `tenant ${runs++}`;
            const numbered = all.map((each, i) => ({ ...each, key: `key-${i}` }));
            await saveAll(store, tenantId, numbered);
            await store.flush();
            for (const { agentIds: named, ...search } of searches) {
              const scope = { tenantId, agentIds: named };
              const request = query(search.text, { ...search.scoring, topK: 100 });
              const unconditioned = await store.search(scope, request);
              for (const hit of unconditioned) expectExplained(hit, request);
              for (const { agentId, metadata } of unconditioned) {
                expect(named).toContain(agentId);
                expect(metadata?.["tenantId"]).toBe(tenantId);
              }
              const chosen = await store.search(scope, { ...request, ...search.conditions });
              expectChosen(chosen, unconditioned, search.conditions);
            }
          },
        ),
        { numRuns: 8 },
      );
    });
  });
}

type Saved = (typeof entry extends Arbitrary<infer T> ? T : never) & { readonly key: string };

const PLACES = {
  a: agent("a"),
  b: agent("b"),
  "a in w": agent("a", "w"),
  team: team("w"),
} as const;

async function saveAll(
  store: LongTermStore,
  tenantId: string,
  all: readonly Saved[],
): Promise<void> {
  for (const [place, members] of Map.groupBy(all, (each) => each.place)) {
    const writes = members.map(({ key, text: own, sequence: order, even }) =>
      write(key, { text: own, metadata: { even, tenantId }, ...(order && { sequence: order }) }),
    );
    await store.save({ ...PLACES[place], tenantId }, writes);
  }
}

function expectExplained(
  { score, scores }: SearchHit,
  { mode, neighbours, recency }: SearchRequest,
) {
  const parts = Object.values(scores) as number[];
  expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(score, 6);
  expect(score).toBeGreaterThanOrEqual(0);
  expect(score).toBeLessThanOrEqual(1);
  for (const [name, part] of Object.entries(scores)) {
    expect(Math.abs(part)).toBeLessThanOrEqual(1);
    if (name === "recency") expect(part).toBeLessThanOrEqual(0);
    else expect(part).toBeGreaterThanOrEqual(0);
  }
  if (mode === "keyword") expect(scores).not.toHaveProperty("vector");
  if (mode === "vector") expect(scores).not.toHaveProperty("keyword");
  if (!neighbours) expect(scores).not.toHaveProperty("neighbours");
  expect("recency" in scores).toBe(recency !== undefined);
  expect(scores).not.toHaveProperty("reranker");
}

/** Expects those hits of the unconditional search that meet the conditions, in their order and with their scores. */
function expectChosen(
  chosen: readonly SearchHit[],
  all: readonly SearchHit[],
  { filter, minScore = 0, match, phrases = [] }: Partial<SearchRequest>,
): void {
  const keys = new Set(chosen.map(placeOf));
  const same = all.filter((hit) => keys.has(placeOf(hit)));
  expect(chosen.map(placeOf)).toEqual(same.map(placeOf));
  for (const [i, { score }] of chosen.entries()) expect(score).toBeCloseTo(same[i]!.score, 3);
  const asksForWords = match === "all" || phrases.length > 0;
  const expected = all.filter(
    ({ metadata, score }) =>
      score >= minScore && (filter === undefined || metadata?.["even"] === true),
  );
  if (!asksForWords) expect(chosen.map(placeOf)).toEqual(expected.map(placeOf));
}

function placeOf({ agentId, workflowId, key }: SearchHit): string {
  return JSON.stringify([agentId, workflowId, key]);
}
