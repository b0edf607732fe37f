import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createAnalyzer, snippet, type Snippet } from "../src/index.ts";

const analyzer = createAnalyzer();
const cut = (text: string, query: string, length?: number): Snippet =>
  snippet(text, analyzer.analyzeQuery(query), analyzer, length === undefined ? {} : { length });
const marked = ({ text, matches }: Snippet): string[] =>
  matches.map(({ start, end }) => text.slice(start, end));

const filler = "Lorem ipsum dolor sit amet consectetur adipiscing elit sed eiusmod tempor. ".repeat(
  20,
);

describe("snippet", () => {
  it("is the whole of a short text, with the words of the query", () => {
    const result = cut("Melanie painted a sunrise. Painting helps her.", "paint");
    expect(result).toMatchObject({
      text: "Melanie painted a sunrise. Painting helps her.",
      start: 0,
    });
    expect(marked(result)).toEqual(["painted", "Painting"]);
  });

  it("is the passage with the most distinct words of the query", () => {
    const text = `campaign campaign campaign. ${filler}The budget of the campaign was doubled. ${filler}`;
    const result = cut(text, "campaign budget");
    expect(marked(result)).toEqual(["budget", "campaign"]);
    expect(result.text.length).toBeLessThanOrEqual(160);
    expect(text.slice(result.start, result.start + result.text.length)).toBe(result.text);
  });

  it("prefers two words together to a third alone, and the first of equals", () => {
    const text = `alpha beta. ${filler}gamma. ${filler}beta alpha.`;
    expect(cut(text, "alpha beta gamma").start).toBe(0);
  });

  it("stands in the middle of its context, between whole words", () => {
    const { text } = cut(`${filler}needle ${filler}`, "needle", 40);
    expect(text).toMatch(/^\w+ (?:\w+\.? )*needle(?: \w+\.?)+$/v);
  });

  it("is the beginning of the text when nothing matches", () => {
    expect(cut(filler, "needle", 30)).toEqual({
      text: "Lorem ipsum dolor sit amet",
      start: 0,
      matches: [],
    });
  });

  it("keeps the punctuation of its last word", () => {
    expect(cut("It works. But then it does not.", "works", 12).text).toBe("It works.");
  });

  it("marks a compound once", () => {
    expect(marked(cut("We use GPT-4o now", "GPT-4o"))).toEqual(["GPT-4o"]);
  });

  it("marks stop words when they are all that is asked for", () => {
    expect(marked(cut("To be, or not to be", "to be"))).toEqual(["To", "be", "to", "be"]);
  });

  it("cuts a word that is longer than itself", () => {
    const result = cut(`${filler}${"x".repeat(500)}`, "x".repeat(500), 20);
    expect(result).toMatchObject({ text: "x".repeat(20), matches: [{ start: 0, end: 20 }] });
  });

  it("holds for any text", () => {
    const word = fc.oneof(
      fc.constantFrom(
        "budget",
        "campaign",
        "K-9",
        "東京都",
        "😀",
        "\uD83D",
        "\n",
        "…",
        "x".repeat(30),
      ),
      fc.string({ unit: "grapheme", maxLength: 4 }),
    );
    const texts = fc.array(word, { maxLength: 60 }).map((words) => words.join(" "));
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 80 }), (text, length) => {
        const result = cut(text, "budget campaign K-9 東京", length);
        const end = result.start + result.text.length;
        expect(result.text).toBe(text.slice(result.start, end));
        expect(result.text.length).toBeLessThanOrEqual(length);
        for (const edge of [result.start, end]) {
          expect(text.slice(edge - 1, edge + 1)).not.toMatch(/^[\uD800-\uDBFF][\uDC00-\uDFFF]$/);
        }
        let before = 0;
        for (const match of result.matches) {
          expect(match.start).toBeGreaterThanOrEqual(before);
          expect(match.end).toBeGreaterThan(match.start);
          before = match.end;
        }
        expect(before).toBeLessThanOrEqual(result.text.length);
        if (analyzer.analyze(text).includes("budget") && length >= 6) {
          expect(result.matches.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 500 },
    );
  });
});
