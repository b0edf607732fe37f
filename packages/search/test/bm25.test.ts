import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createKeywordQuery,
  createStatistics,
  scoreKeyword,
  type FieldStatistics,
} from "../src/index.ts";
import { documents, terms } from "./documents.ts";

function statisticsOf(texts: Iterable<readonly string[]>): FieldStatistics {
  const statistics = createStatistics();
  for (const text of texts) statistics.add(text);
  return statistics;
}

describe("scoreKeyword", () => {
  it("is BM25 with k1 1.2 and b 0.75", () => {
    const texts = [["cat", "dog", "cat"], ["dog"], ["bird", "bird"]];
    const query = createKeywordQuery(["cat", "dog"], statisticsOf(texts));
    // By hand: 3 documents, mean length 2, "cat" in one, "dog" in two; the first is 3 long.
    const saturation = 1.2 * (0.25 + (0.75 * 3) / 2);
    const cat = Math.log(1 + 2.5 / 1.5) * ((2 * 2.2) / (2 + saturation));
    const dog = Math.log(1 + 1.5 / 2.5) * ((1 * 2.2) / (1 + saturation));
    expect(scoreKeyword(query, texts[0] ?? []) * query.upperBound).toBeCloseTo(cat + dog, 12);
    expect(query.upperBound).toBeCloseTo(2.2 * (Math.log(1 + 2.5 / 1.5) + Math.log(1.6)), 12);
  });

  it("is 0 without any term of the query, and never more than 1", () => {
    fc.assert(
      fc.property(documents, terms, terms, (texts, wanted, text) => {
        const query = createKeywordQuery(wanted, statisticsOf([...texts.values(), text]));
        const score = scoreKeyword(query, text);
        if (wanted.some((term) => text.includes(term))) {
          expect(score).toBeGreaterThan(0);
          expect(score).toBeLessThan(1);
        } else {
          expect(score).toBe(0);
        }
      }),
    );
  });

  it("asks for all terms when told to", () => {
    fc.assert(
      fc.property(documents, terms, terms, (texts, wanted, text) => {
        const statistics = statisticsOf([...texts.values(), text]);
        const any = scoreKeyword(createKeywordQuery(wanted, statistics), text);
        const all = scoreKeyword(createKeywordQuery(wanted, statistics, { match: "all" }), text);
        expect(all).toBe(wanted.every((term) => text.includes(term)) ? any : 0);
      }),
    );
  });

  it("does not mind the order of the text, nor repetitions in the query", () => {
    fc.assert(
      fc.property(documents, terms, terms, (texts, wanted, text) => {
        const statistics = statisticsOf(texts.values());
        const score = scoreKeyword(createKeywordQuery(wanted, statistics), text);
        expect(scoreKeyword(createKeywordQuery(wanted, statistics), text.toReversed())).toBe(score);
        expect(scoreKeyword(createKeywordQuery([...wanted, ...wanted], statistics), text)).toBe(
          score,
        );
      }),
    );
  });

  it("prefers rare terms, more occurrences and shorter texts", () => {
    const statistics = statisticsOf([["common", "rare"], ["common"], ["common"], ["other"]]);
    const score = (wanted: string, text: string): number =>
      scoreKeyword(createKeywordQuery(wanted.split(" "), statistics), text.split(" "));
    expect(score("common rare", "rare")).toBeGreaterThan(score("common rare", "common"));
    expect(score("rare", "rare rare x")).toBeGreaterThan(score("rare", "rare x x"));
    expect(score("rare", "rare x")).toBeGreaterThan(score("rare", "rare x x"));
  });

  it("does not hold stop words against a text", () => {
    const statistics = statisticsOf([["cat"], ["dog"]]);
    const query = createKeywordQuery(["cat"], statistics);
    expect(scoreKeyword(query, ["~the", "cat", "~of"])).toBe(scoreKeyword(query, ["cat"]));
  });

  it("finds texts of nothing but stop words", () => {
    const text = ["~who", "~are", "~you"];
    const query = createKeywordQuery(["~who", "~are"], statisticsOf([text]));
    expect(scoreKeyword(query, text)).toBeGreaterThan(0);
  });

  it("is a score against the statistics the query was made with", () => {
    const statistics = createStatistics();
    statistics.add(["cat"]);
    const query = createKeywordQuery(["cat"], statistics);
    const before = scoreKeyword(query, ["cat"]);
    statistics.add(["cat", "dog"]);
    expect(scoreKeyword(query, ["cat"])).toBe(before);
  });
});
