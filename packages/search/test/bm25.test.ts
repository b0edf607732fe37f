import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createKeywordIndex,
  createKeywordQuery,
  createTermCounter,
  isTermOf,
  scoreKeyword,
  type KeywordQuery,
} from "../src/index.ts";
import { documents, prefix, queries, statisticsOf, terms } from "./documents.ts";

/** Returns 0 if the text has none of the terms. */
function score(query: KeywordQuery, text: readonly string[]): number {
  const counts = createTermCounter(query.terms)(text);
  return counts === undefined ? 0 : scoreKeyword(query, counts);
}

describe("scoreKeyword", () => {
  it("is BM25 with k1 1.2 and b 0.75", () => {
    const texts = [["cat", "dog", "cat"], ["dog"], ["bird", "bird"]];
    const query = createKeywordQuery(["cat", "dog"], statisticsOf(texts));
    // By hand: 3 documents, mean length 2, "cat" in one, "dog" in two; the first is 3 long.
    const saturation = 1.2 * (0.25 + (0.75 * 3) / 2);
    const cat = Math.log(1 + 2.5 / 1.5) * ((2 * 2.2) / (2 + saturation));
    const dog = Math.log(1 + 1.5 / 2.5) * ((1 * 2.2) / (1 + saturation));
    expect(score(query, texts[0] ?? []) * query.upperBound).toBeCloseTo(cat + dog, 12);
    expect(query.upperBound).toBeCloseTo(2.2 * (Math.log(1 + 2.5 / 1.5) + Math.log(1.6)), 12);
  });

  it("is above 0 with any term of the query, and never more than 1", () => {
    fc.assert(
      fc.property(documents, queries, terms, (texts, wanted, text) => {
        const query = createKeywordQuery(wanted, statisticsOf([...texts.values(), text]));
        const isAsked = (each: string): boolean =>
          wanted.some((term) => (typeof term === "string" ? term === each : isTermOf(term, each)));
        if (text.some(isAsked)) {
          expect(score(query, text)).toBeGreaterThan(0);
          expect(score(query, text)).toBeLessThan(1);
        } else {
          expect(score(query, text)).toBe(0);
        }
      }),
    );
  });

  it("does not mind the order of the text", () => {
    fc.assert(
      fc.property(documents, queries, terms, (texts, wanted, text) => {
        const query = createKeywordQuery(wanted, statisticsOf(texts.values()));
        expect(score(query, text.toReversed())).toBe(score(query, text));
      }),
    );
  });

  it("takes a prefix for one term, as if every term that it stands for were written alike", () => {
    fc.assert(
      fc.property(documents, prefix, (texts, last) => {
        const alike = (text: readonly string[]): string[] =>
          text.map((each) => (isTermOf(last, each) && !each.startsWith("~") ? "alike" : each));
        const stands = { ...last, stems: last.stems.filter((each) => each !== "~of") };
        const all = [...texts.values()];
        const query = createKeywordQuery([stands], statisticsOf(all));
        const plain = createKeywordQuery(["alike"], statisticsOf(all.map(alike)));
        for (const text of all) expect(score(query, text)).toBe(score(plain, alike(text)));
      }),
    );
  });

  it("prefers rare terms, more occurrences and shorter texts", () => {
    const statistics = statisticsOf([["common", "rare"], ["common"], ["common"], ["other"]]);
    const scored = (wanted: string, text: string): number =>
      score(createKeywordQuery(wanted.split(" "), statistics), text.split(" "));
    expect(scored("common rare", "rare")).toBeGreaterThan(scored("common rare", "common"));
    expect(scored("rare", "rare rare x")).toBeGreaterThan(scored("rare", "rare x x"));
    expect(scored("rare", "rare x")).toBeGreaterThan(scored("rare", "rare x x"));
  });

  it("does not hold stop words against a text", () => {
    const query = createKeywordQuery(["cat"], statisticsOf([["cat"], ["dog"]]));
    expect(score(query, ["~the", "cat", "~of"])).toBe(score(query, ["cat"]));
  });

  it("finds texts of nothing but stop words", () => {
    const text = ["~who", "~are", "~you"];
    expect(score(createKeywordQuery(["~who", "~are"], statisticsOf([text])), text)).toBeGreaterThan(
      0,
    );
  });

  it("is a score against the statistics the query was made with", () => {
    const index = createKeywordIndex();
    index.add("1", ["cat"]);
    const query = createKeywordQuery(["cat"], index.statistics);
    const before = score(query, ["cat"]);
    index.add("2", ["cat", "dog"]);
    expect(score(query, ["cat"])).toBe(before);
  });
});
