import { describe, expect, it } from "vitest";
import {
  createAnalyzer,
  createKeywordQuery,
  excerpt,
  type Excerpt,
  type KeywordQuery,
} from "../src/index.ts";
import { statisticsOf } from "./documents.ts";

const analyzer = createAnalyzer();
const filler = "Something else is said here, and at some length too. ".repeat(15);
const handbook = [
  `# Handbook\n\n${filler}`,
  `## Shipping\n\n${filler}`,
  `## Returns\n\nZebras may be returned within a month.\n\n${filler}`,
  `## Payment\n\n${filler}`,
].join("\n\n");

function queryOf(text: string, prefix = false): KeywordQuery {
  const statistics = statisticsOf([analyzer.analyze(handbook), ["other"]]);
  return createKeywordQuery(analyzer.analyzeQuery(text, { prefix }), statistics);
}

const show = (text: string, query?: KeywordQuery, nearest?: number): Excerpt =>
  excerpt({ text, analyzer, query, nearest });

describe("an excerpt", () => {
  it("of a short text is all of it, a few words of it, and what was found", () => {
    const text = "Zebras graze. ".repeat(20);
    const { passage, snippet, matched } = show(text, queryOf("the zebra, a lion"));
    expect(passage).toEqual({ text, start: 0, end: text.length, headings: [] });
    expect(snippet.length).toBeLessThanOrEqual(160);
    expect(matched).toEqual(["zebra"]);
  });

  it("is the passage that says most of what was asked, where a text is long", () => {
    const { passage, snippet } = show(handbook, queryOf("zebras"), 0);
    expect(passage.headings).toEqual(["Handbook", "Returns"]);
    expect(handbook.slice(passage.start, passage.end)).toBe(passage.text);
    expect(snippet).toContain("Zebras may be returned");
  });

  it("is the passage below a heading that says it", () => {
    expect(show(handbook, queryOf("payments")).passage.headings).toEqual(["Handbook", "Payment"]);
  });

  it("is the nearest passage where no word matches, or none was looked for", () => {
    expect(show(handbook, queryOf("penguins"), 1).passage.headings).toEqual([
      "Handbook",
      "Shipping",
    ]);
    expect(show(handbook, undefined, 1).passage.headings).toEqual(["Handbook", "Shipping"]);
    expect(show(handbook).passage.headings).toEqual(["Handbook"]);
    expect(show(handbook, undefined, 99).passage.headings).toEqual(["Handbook"]);
  });

  it("names the words that a prefix stood for", () => {
    const { matched } = show("Marketing the market, marketplace", queryOf("the marketi", true));
    expect(matched).toEqual(["market"]);
    expect(show("Zebras", queryOf("z", true)).matched).toEqual(["zebra"]);
  });
});
