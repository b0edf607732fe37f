import {
  where,
  type LongTermStore,
  type LongTermWrite,
  type SearchMode,
  type SearchRequest,
  type SearchScope,
} from "@mem/core";
import { describe, expect, it } from "vitest";
import { expectRejection } from "../traits/expect-rejection.ts";
import type { Open } from "./harness.ts";
import { agent, agents, keysOf, query, saveOne, team, TENANT, texts, write } from "./samples.ts";
import { createScriptedEmbedder } from "./scripted-embedder.ts";

const scope = agent("scout");
const here = agents("scout");

export function findsByVector(open: Open): void {
  const withEntries = async (): Promise<LongTermStore> => {
    const { store } = await open({ embedder: createScriptedEmbedder() });
    await store.save(scope, texts("newsletters", "quarterly figures", "office plants"));
    await store.flush();
    return store;
  };

  describe("a store with an embedder", () => {
    it("says that it searches by vector", async () => {
      const { store } = await open({ embedder: createScriptedEmbedder() });
      expect(store.capabilities.vector).toBe(true);
    });

    it("finds what is alike and shares no word", async () => {
      const store = await withEntries();
      expect(await store.search(here, query("newsleter"))).toEqual([]);
      const [hit] = await store.search(here, query("newsleter", { mode: "vector" }));
      expect(hit?.key).toBe("t0000");
      expect(hit?.scores.vector).toBeGreaterThan(0.3);
      expect(hit?.scores).not.toHaveProperty("keyword");
    });

    it("gives the text itself the best score there is", async () => {
      const store = await withEntries();
      const [hit] = await store.search(here, query("quarterly figures", { mode: "vector" }));
      expect(hit?.key).toBe("t0001");
      expect(hit?.scores.vector).toBeCloseTo(1, 3);
      expect(hit?.score).toBeCloseTo(1, 3);
    });

    it.each<SearchMode>(["hybrid", "auto"])(
      "finds by word and by likeness in mode %s",
      async (mode) => {
        const store = await withEntries();
        const hits = await store.search(here, query("newsleter plants", { mode }));
        expect(keysOf(hits)).toContain("t0000");
        const plants = hits.find((hit) => hit.key === "t0002");
        expect(plants?.scores.keyword).toBeGreaterThan(0);
        expect(plants?.scores.vector).toBeGreaterThan(0);
        expect(plants?.matched).toEqual([expect.stringMatching(/^plant/)]);
      },
    );

    it.each<SearchMode>(["vector", "hybrid"])(
      "keeps scores from 0 to 1, sorted, in mode %s",
      async (mode) => {
        const { store } = await open({ embedder: createScriptedEmbedder() });
        await store.save(
          scope,
          texts(...Array.from({ length: 20 }, (_, i) => `figures ${i} in q${i % 4}`)),
        );
        await store.flush();
        const hits = await store.search(here, query("figures 3 in q3", { mode, topK: 20 }));
        const scores = hits.map((hit) => hit.score);
        expect(scores).toEqual(scores.toSorted((a, b) => b - a));
        expect(scores[0]).toBeLessThanOrEqual(1);
        expect(scores.at(-1)).toBeGreaterThanOrEqual(0);
        expect(new Set(keysOf(hits)).size).toBe(hits.length);
        const best = await store.search(here, query("figures 3 in q3", { mode, topK: 3 }));
        expect(keysOf(best)).toEqual(keysOf(hits).slice(0, 3));
      },
    );

    it.each<SearchMode>(["vector", "hybrid"])(
      "keeps to scope and filter in mode %s",
      async (mode) => {
        const { store } = await open({ embedder: createScriptedEmbedder() });
        await store.save(scope, [ofTeam("a", "x"), ofTeam("b", "y")]);
        await store.save(agent("scout", "w1"), [ofTeam("c", "y")]);
        for (const foreign of [
          agent("else"),
          team("w1"),
          { tenantId: "other", agentId: "scout" },
        ]) {
          await store.save(foreign, [ofTeam("foreign", "y")]);
        }
        await store.flush();
        const found = async (searched: SearchScope, fields?: Partial<SearchRequest>) =>
          keysOf(await store.search(searched, query("newsletters", { mode, ...fields })));
        const filter = where.eq("team", "y");
        expect(await found(here)).toEqual(["a", "b", "c"]);
        expect(await found({ ...here, workflowId: "w1" })).toEqual(["c"]);
        expect(await found(here, { filter })).toEqual(["b", "c"]);
        expect(await found(here, { filter, topK: 1 })).toEqual(["b"]);
      },
    );

    it("forgets the vector of what was changed, deleted or cleared", async () => {
      const store = await withEntries();
      await saveOne(store, scope, write("t0000", { text: "office chairs" }));
      await store.delete(scope, [{ key: "t0001" }]);
      await store.flush();
      const [changed] = await store.search(here, query("office chairs", { mode: "vector" }));
      expect(changed?.key).toBe("t0000");
      expect(changed?.scores.vector).toBeCloseTo(1, 3);
      const hits = await store.search(here, query("quarterly figures", { mode: "vector" }));
      expect(keysOf(hits)).not.toContain("t0001");
      await store.clear(scope);
      expect(await store.search(here, query("office chairs", { mode: "vector" }))).toEqual([]);
    });

    it("keeps its vectors when it is opened again, and pays for none twice", async () => {
      const embedder = createScriptedEmbedder();
      const { store, reopen } = await open({ embedder });
      await store.save(scope, texts("newsletters", "quarterly figures"));
      await store.flush();
      const paid = embedder.asked.document;
      const again = await reopen();
      await again.flush();
      expect(await again.stats(TENANT)).toMatchObject({ entries: 2, pendingVectors: 0 });
      const [hit] = await again.search(here, query("newsleter", { mode: "vector" }));
      expect(hit?.key).toBe("t0000");
      expect(embedder.asked.document).toBe(paid);
    });

    it("asks for questions as questions, and never for a text without words", async () => {
      const embedder = createScriptedEmbedder();
      const { store } = await open({ embedder });
      await store.save(scope, texts("newsletters", "", "  "));
      await store.flush();
      expect(await store.stats(TENANT)).toMatchObject({ entries: 3, pendingVectors: 0 });
      await store.search(here, query("news", { mode: "vector" }));
      await store.search(here, query("", { mode: "vector" }));
      await store.search(here, query(" \n", { mode: "auto" }));
      expect(embedder.asked).toEqual({ document: 1, query: 1 });
      expect(embedder.sawBlank).toBe(false);
    });
  });

  describe("a store without an embedder", () => {
    it("searches by keyword, and refuses to search by vector", async () => {
      const { store } = await open();
      await store.save(scope, texts("newsletters"));
      await store.flush();
      expect(store.capabilities.vector).toBe(false);
      expect(await store.stats(TENANT)).toMatchObject({ entries: 1, pendingVectors: 0 });
      expect(await store.search(here, query("newsletter", { mode: "auto" }))).toHaveLength(1);
      for (const mode of ["vector", "hybrid"] as const) {
        await expectRejection(() => store.search(here, query("news", { mode })), "MEM_UNSUPPORTED");
      }
    });
  });
}

function ofTeam(key: string, name: string): LongTermWrite {
  return write(key, { text: "newsletters", metadata: { team: name } });
}
