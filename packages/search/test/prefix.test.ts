import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { createAnalyzer, isTermOf, loadLanguage, type Analyzer } from "../src/index.ts";

const english = createAnalyzer();

/** Whether a text has a word that begins with the last word of the query. */
function finds(query: string, text: string, analyzer: Analyzer = english): boolean {
  const last = analyzer.analyzeQuery(query, { prefix: true }).at(-1);
  if (typeof last !== "object") throw new Error("no prefix");
  return analyzer.analyze(text).some((term) => isTermOf(last, term));
}

describe("the beginning of a word", () => {
  it("finds a word at every letter on the way to it, stems or not", () => {
    const words =
      "marketing campaigns organization happiness running flying studies cities generously connected relational GPT-4o café 2500 v2.1";
    for (const word of words.split(" ")) {
      for (let length = 1; length <= word.length; length++) {
        const begun = word.slice(0, length);
        expect([begun, finds(begun, word)]).toEqual([begun, true]);
      }
    }
  });

  test.each([
    ["plant", "plan plans planner"],
    ["cart", "car cars"],
    ["care", "car"],
    ["note", "nothing nobody"],
    ["campaigns", "camp camper"],
    ["500", "50 5"],
  ])("is not taken for less than it is: %s finds none of %s", (query, text) => {
    expect(finds(query, text)).toBe(false);
  });

  it("is the last word only, and the others stay whole", () => {
    expect(english.analyzeQuery("Doubling the marketi", { prefix: true })).toEqual([
      "doubl",
      { name: "marketi*", starts: ["marketi"], stems: ["market"] },
    ]);
  });

  it("never stands for stop words, unless the query has nothing else", () => {
    expect(finds("campaign wh", "what which who")).toBe(false);
    expect(finds("campaign who", "who")).toBe(false);
    expect(finds("campaign who", "wholesale")).toBe(true);
    expect(english.analyzeQuery("to be or not to", { prefix: true })).toEqual([
      "~to",
      "~be",
      "~or",
      "~not",
      { name: "to*", starts: ["to"], stems: ["~to"] },
    ]);
  });

  it("is nothing where there is no word", () => {
    expect(english.analyzeQuery("… !", { prefix: true })).toEqual([]);
    expect(english.analyzeQuery("", { prefix: true })).toEqual([]);
  });

  it("is the end of a compound as well as the compound", () => {
    expect(english.analyzeQuery("send e-ma", { prefix: true })).toEqual([
      "send",
      "e",
      { name: "ema*", starts: ["ema", "ma"], stems: [] },
    ]);
  });

  it("is found in scripts without spaces", () => {
    expect(finds("喜欢手", "客户喜欢手冲咖啡")).toBe(true);
  });

  it("finds words of other languages at every letter, and whole words by their stems", async () => {
    const words = { german: "Kampagne", french: "l'économie", russian: "реклама", none: "Plans" };
    for (const [name, word] of Object.entries(words)) {
      const analyzer = createAnalyzer({ language: await loadLanguage(name as "german") });
      for (let length = name === "french" ? 3 : 1; length <= word.length; length++) {
        const begun = word.slice(0, length);
        expect([begun, finds(begun, word, analyzer)]).toEqual([begun, true]);
      }
    }
    const german = createAnalyzer({ language: await loadLanguage("german") });
    expect(finds("Häuser", "Haus", german)).toBe(true);
  });

  it("finds every text whose terms start with it, and asks for the same other words", () => {
    const word = fc.stringMatching(/^[a-z]{1,8}$/);
    fc.assert(
      fc.property(word, fc.array(word), (begun, rest) => {
        const text = [...rest, begun].join(" ");
        const last = english.analyzeQuery(text, { prefix: true }).at(-1);
        expect(last).toMatchObject({ name: `${begun}*`, starts: [begun] });
        const others = english.analyzeQuery(text, { prefix: true }).slice(0, -1);
        const plain = new Set(english.analyzeQuery(rest.join(" ")));
        for (const other of others) expect(plain.has(other)).toBe(true);
        expect(finds(text, `${begun}xyz`)).toBe(true);
      }),
    );
  });
});
