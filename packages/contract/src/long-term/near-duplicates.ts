import type { EntryPlace, SearchHit, SearchMode } from "@mem/core";
import { array, assert, asyncProperty, constantFrom, record } from "fast-check";
import { describe, expect, it } from "vitest";
import type { Open } from "./harness.ts";
import { agent, agents, keysOf, query, texts, write } from "./samples.ts";
import { createScriptedEmbedder } from "./scripted-embedder.ts";

const scope = agent("hoarder");
const here = agents("hoarder");

/** Thirty words minus the one at this index. */
function without(word: number): string {
  const words = Array.from({ length: 30 }, (_, i) => `word${"abcdefghij"[i % 10]}${"xyz"[i % 3]}`);
  return words.toSpliced(word, 1).join(" ");
}

export function collapsesNearDuplicates(open: Open): void {
  describe("hits that say nearly the same", () => {
    it("are one hit, the best, which names the places of the others", async () => {
      const { store } = await open();
      await store.save(scope, texts("autumn budget", "Autumn: budget!", "autumn picnic"));
      await store.save(agent("hoarder", "w1"), [write("copy", { text: "autumn budget" })]);
      await store.save(agent("other"), [write("copy", { text: "autumn budget" })]);
      const request = query("autumn budget", { collapse: true });
      const [first, ...others] = await store.search(agents("hoarder", "other"), request);
      expect(first?.text.toLowerCase()).toContain("budget");
      expect(others).toMatchObject([{ key: "t0002" }]);
      const places = [
        { agentId: "hoarder", key: "t0000" },
        { agentId: "hoarder", key: "t0001" },
        { agentId: "hoarder", workflowId: "w1", key: "copy" },
        { agentId: "other", key: "copy" },
      ];
      expect([placeOf(first!), ...first!.duplicates!].toSorted(byPlace)).toEqual(
        places.toSorted(byPlace),
      );
      expect(others[0]?.duplicates ?? []).toEqual([]);
    });

    it("are those that differ in a word of many, not those that differ in a word of few", async () => {
      const { store } = await open();
      await store.save(scope, texts(without(3), without(17), "wordax picnic", "wordax meeting"));
      const hits = await store.search(here, query("wordax", { collapse: true }));
      expect(hits).toHaveLength(3);
      expect(hits.filter(({ duplicates = [] }) => duplicates.length > 0)).toHaveLength(1);
    });

    it("make room for others, until there are topK that differ or nothing is left", async () => {
      const { store } = await open();
      const copies = Array.from({ length: 120 }, () => "budget budget");
      await store.save(scope, texts(...copies, "budget of autumn", "the winter budget plan"));
      const request = query("budget", { topK: 3, collapse: true });
      const hits = await store.search(here, request);
      expect(keysOf(hits)).toEqual(["t0000", "t0120", "t0121"]);
      expect(hits[0]?.duplicates).toHaveLength(119);
      expect(hits[0]?.duplicates?.slice(0, 2).map(({ key }) => key)).toEqual(["t0001", "t0002"]);
      const two = await store.search(here, { ...request, topK: 2 });
      expect(keysOf(two)).toEqual(["t0000", "t0120"]);
    });

    it("are all there where nobody asked to collapse them", async () => {
      const { store } = await open();
      await store.save(scope, texts("budget", "budget"));
      for (const fields of [{}, { collapse: false }]) {
        const hits = await store.search(here, query("budget", fields));
        expect(hits).toHaveLength(2);
        for (const hit of hits) expect(hit).not.toHaveProperty("duplicates");
      }
    });

    it("lose no hit and change no score, whatever there is", async () => {
      const { store } = await open({ embedder: createScriptedEmbedder() });
      const words = constantFrom("budget", "autumn budget", "autumn", "budget plan of autumn");
      const modes = constantFrom<SearchMode>("keyword", "vector", "hybrid");
      let runs = 0;
      await assert(
        asyncProperty(
          array(words, { minLength: 1, maxLength: 12 }),
          record({ mode: modes, topK: constantFrom(1, 2, 100) }),
          async (all, fields) => {
            const name = `hoarder-${runs++}`;
            await store.save(agent(name), texts(...all));
            await store.flush();
            const request = query("budget of autumn", { ...fields, topK: 100 });
            const every = await store.search(agents(name), request);
            const kept = await store.search(agents(name), { ...request, collapse: true });
            const named = kept.flatMap((hit) => [hit.key, ...(hit.duplicates ?? []).map(keyOf)]);
            expect(named.toSorted()).toEqual(keysOf(every).toSorted());
            const same = every.filter(({ key }) => keysOf(kept).includes(key));
            expect(kept).toMatchObject(same);
            const best = { ...request, topK: fields.topK, collapse: true };
            expect(keysOf(await store.search(agents(name), best))).toEqual(
              keysOf(kept).slice(0, fields.topK),
            );
          },
        ),
        { numRuns: 8 },
      );
    });
  });
}

const keyOf = ({ key }: EntryPlace): string => key;

function placeOf({ agentId, workflowId, key }: SearchHit): EntryPlace {
  return {
    key,
    ...(agentId !== undefined && { agentId }),
    ...(workflowId !== undefined && { workflowId }),
  };
}

function byPlace(a: EntryPlace, b: EntryPlace): number {
  return JSON.stringify([a.agentId, a.workflowId, a.key]) <
    JSON.stringify([b.agentId, b.workflowId, b.key])
    ? -1
    : 1;
}
