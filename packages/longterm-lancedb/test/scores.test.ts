import { createAnalyzer, createKeywordIndex, createKeywordQuery } from "@mem/search";
import { array, assert, asyncProperty, boolean, constantFrom, integer, record } from "fast-check";
import { describe, expect, it } from "vitest";
import { here, openStore, query, scope, storeFolder, write } from "./fixtures.ts";

const text = array(constantFrom("autumn", "winter", "the", "budget", "zebra", "plan"), {
  maxLength: 8,
}).map((words) => words.join(" "));
const steps = array(
  record({ key: integer({ min: 0, max: 9 }), text, gone: boolean(), flush: boolean() }),
  { minLength: 3, maxLength: 12 },
);

describe("the scores of a keyword search", () => {
  it("are those of all entries of the scope and no others, whatever was written, in whatever pieces", async () => {
    const store = openStore(await storeFolder());
    const analyzer = createAnalyzer();
    const other = { tenantId: "acme", agentId: "other" };
    await assert(
      asyncProperty(steps, text, async (all, asked) => {
        await Promise.all([store.clear(scope), store.clear(other)]);
        const index = createKeywordIndex();
        for (const step of all) {
          const key = `key-${step.key}`;
          await Promise.all([
            store.save(other, [write(key, { text: step.text })]),
            step.gone
              ? store.delete(scope, [{ key }])
              : store.save(scope, [write(key, { text: step.text })]),
          ]);
          if (step.gone) index.remove(key);
          else index.add(key, analyzer.analyze(step.text));
          if (step.flush) await store.flush();
        }
        const terms = analyzer.analyzeQuery(asked);
        const expected = new Map(
          index
            .search(createKeywordQuery(terms, index.statistics))
            .map(({ id, keyword }) => [id, keyword]),
        );
        const hits = await store.search(here, query(asked, { topK: 100 }));
        expect(new Map(hits.map(({ key, score }) => [key, expect.closeTo(score, 10)]))).toEqual(
          expected,
        );
      }),
      { numRuns: 6 },
    );
  }, 60_000);

  it("find every one of many entries", async () => {
    const store = openStore(await storeFolder());
    const texts = Array.from(
      { length: 1_500 },
      (_, i) => `common word${i % 7} ${"x ".repeat(i % 5)}`,
    );
    await store.save(
      scope,
      texts.map((one, i) => write(`key-${i}`, { text: one })),
    );
    for (const flushed of [false, true]) {
      if (flushed) await store.flush();
      const request = query("common", { topK: 5_000 });
      expect(await store.search(here, request)).toHaveLength(1_500);
      const some = await store.search(here, query("word3", { topK: 5_000 }));
      expect(some).toHaveLength(texts.filter((one) => one.includes("word3")).length);
    }
  });
});
