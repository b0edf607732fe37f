import { describe, expect, it } from "vitest";
import type { Open } from "./harness.ts";
import { agent, agents, keysOf, query, texts, write } from "./samples.ts";
import { createScriptedEmbedder } from "./scripted-embedder.ts";

const scope = agent("analyst");
const here = agents("analyst");

export function ranksHits(open: Open): void {
  describe("ranking", () => {
    it("goes from the best hit to the weakest, with scores from 0 to 1", async () => {
      const { store } = await open();
      const fillers = Array.from({ length: 12 }, (_, i) => `budget ${"filler ".repeat(i)}`);
      await store.save(scope, texts(...fillers, "autumn budget", "budget budget budget"));
      const hits = await store.search(here, query("autumn budget", { topK: 20 }));
      expect(hits).toHaveLength(14);
      const scores = hits.map((hit) => hit.score);
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
      for (const { score, scores: parts } of hits) {
        for (const part of [score, ...Object.values(parts)]) {
          expect(part).toBeGreaterThanOrEqual(0);
          expect(part).toBeLessThanOrEqual(1);
        }
      }
    });

    it("orders equals by their keys", async () => {
      const { store } = await open();
      const keys = ["z", "a", "é", "B", "10", "9"];
      await store.save(
        scope,
        keys.map((key) => write(key, { text: "autumn budget" })),
      );
      const hits = await store.search(here, query("autumn"));
      expect(new Set(hits.map((hit) => hit.score)).size).toBe(1);
      expect(keysOf(hits)).toEqual(["10", "9", "B", "a", "z", "é"]);
    });

    it("gives a better match a better score, also between queries", async () => {
      const { store } = await open();
      await store.save(scope, texts("autumn campaign budget", "meeting notes", "press release"));
      const [full] = await store.search(here, query("autumn campaign budget"));
      const [partial] = await store.search(here, query("autumn holiday weather"));
      expect(full?.score).toBeGreaterThan(partial?.score ?? 1);
    });

    it("keeps to topK", async () => {
      const { store } = await open();
      await store.save(
        scope,
        texts(...Array.from({ length: 30 }, (_, i) => "budget ".repeat(i + 1))),
      );
      const all = await store.search(here, query("budget", { topK: 1000 }));
      expect(all).toHaveLength(30);
      for (const topK of [1, 7, 29]) {
        expect(await store.search(here, query("budget", { topK }))).toEqual(all.slice(0, topK));
      }
    });

    it("leaves out what is weaker than minScore", async () => {
      const { store } = await open();
      await store.save(
        scope,
        texts(...Array.from({ length: 10 }, (_, i) => `budget ${"filler ".repeat(i * i)}`)),
      );
      const all = await store.search(here, query("autumn budget"));
      const bar = all[4]?.score ?? 1;
      const good = await store.search(here, query("autumn budget", { minScore: bar }));
      expect(good).toEqual(all.filter((hit) => hit.score >= bar));
      expect(good.length).toBeLessThan(all.length);
      expect(await store.search(here, query("autumn", { minScore: 1 }))).toEqual([]);
      expect(await store.search(here, query("budget", { minScore: 0, topK: 20 }))).toHaveLength(10);
    });

    it("leaves out what is below minScore and nothing else, in every mode", async () => {
      const { store } = await open({ embedder: createScriptedEmbedder() });
      const all = Array.from(
        { length: 12 },
        (_, i) => `autumn ${"budget ".repeat(i % 4)}${"zebra ".repeat(i)}`,
      );
      await store.save(scope, texts(...all));
      await store.flush();
      for (const mode of ["keyword", "vector", "hybrid"] as const) {
        const request = query("autumn budget", { mode, topK: 20 });
        const hits = await store.search(here, request);
        expect(hits).toHaveLength(12);
        for (const { score: minScore } of hits) {
          const left = await store.search(here, { ...request, minScore });
          expect(keysOf(left)).toEqual(keysOf(hits.filter(({ score }) => score >= minScore)));
        }
      }
    });

    it("says which words were found", async () => {
      const { store } = await open();
      await store.save(scope, texts("autumn campaigns", "winter sale"));
      const [hit] = await store.search(here, query("an autumn campaign with zebras"));
      expect(hit?.matched).toHaveLength(2);
      for (const word of hit?.matched ?? []) expect("autumn campaign").toContain(word);
    });

    it("shows a short text whole, and of a long one the passage that answers", async () => {
      const { store } = await open();
      const filler = "This sentence is about something else altogether. ".repeat(80);
      const answer = "The zebra campaign starts in October.";
      await store.save(scope, texts(`${filler}${answer} ${filler}`, "zebra in short"));
      const hits = await store.search(here, query("zebra campaign"));
      const [long, short] = [...hits].toSorted((a, b) => b.text.length - a.text.length);
      expect(short?.snippet).toBe("zebra in short");
      expect(long?.snippet).toContain("zebra campaign");
      expect(long?.text).toContain(long?.snippet);
      expect(long?.snippet.length).toBeLessThan(1000);
    });

    it("explains a score by its parts", async () => {
      const { store } = await open();
      await store.save(scope, texts("autumn budget"));
      const [hit] = await store.search(here, query("autumn"));
      expect(hit?.scores.keyword).toBeGreaterThan(0);
      expect(hit?.scores).not.toHaveProperty("vector");
      expect(hit?.scores).not.toHaveProperty("neighbours");
    });
  });
}
