import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import {
  createAnalyzer,
  isStopTerm,
  joinTerms,
  loadLanguage,
  MAX_TERM_LENGTH,
  splitTerms,
} from "../src/index.ts";
import { cpuTime } from "./cpu-time.ts";

const english = createAnalyzer();
const plain = createAnalyzer({ language: "none" });

/** Any string: every UTF-16 code unit, including halves of surrogate pairs. */
const anyString = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.array(fc.integer({ min: 0, max: 0xff_ff })).map((units) => String.fromCharCode(...units)),
  fc
    .array(fc.constantFrom(..."aZé9'’-_.,$~ \u0301\u00AD\uD83D\uDE00が北กﷺ½⑴ß".split("")))
    .map((all) => all.join("")),
);

describe("terms", () => {
  test.each([
    ["words are lower-cased and stemmed", "Connections connected", ["connect", "connect"]],
    [
      "accents are folded",
      "Café NAÏVE Straße Łódź cafe\u0301",
      ["cafe", "naiv", "strass", "lodz", "cafe"],
    ],
    ["possessives vanish", "Caroline's dogs’ O'Brien", ["carolin", "dog", "obrien"]],
    ["whole numbers lose their thousands commas", "$50,000 1,234,567.89", ["50000", "1234567.89"]],
    ["other commas separate", "1,2 red,green", ["1", "2", "red", "green"]],
    ["versions and decimals stay whole", "v2.1 3.14 10.0.0.1.", ["v2.1", "3.14", "10.0.0.1"]],
    [
      "identifiers give the whole and the parts",
      "GPT-4o K-9",
      ["gpt4o", "gpt", "4o", "k9", "k", "9"],
    ],
    ["so do words with a single letter", "e-mails", ["email", "e", "mail"]],
    [
      "other hyphens and underscores separate",
      "high-speed snake_case",
      ["high", "speed", "snake", "case"],
    ],
    ["full-width and compatibility forms are one", "ＡＢＣ１２ ﬁne", ["abc12", "fine"]],
    ["what compatibility forms bring along goes", "½ ⑴ ⒈ ﷺ", ["12", "1", "1", "صلىاللهعليهوسلم"]],
    ["soft hyphens are not there", "mar\u00ADket", ["market"]],
    ["Chinese is split into words", "我喜欢吃苹果。", ["我", "喜欢", "吃", "苹果"]],
    ["Japanese keeps its voiced sounds", "データベース", ["データベース"]],
    ["Thai is split into words", "ฉันไปกินข้าว", ["ฉัน", "ไป", "กิน", "ข้าว"]],
    ["Hindi keeps its vowels", "हिन्दी", ["हिन्दी"]],
    [
      "scripts without spaces end where others begin",
      "GPTを使う2024年",
      ["gpt", "を", "使う", "2024", "年"],
    ],
    ["punctuation and emoji are no terms", "... — 🎉 !?", []],
  ])("%s", (_, text, terms) => {
    expect(english.analyze(text)).toEqual(terms);
  });

  it("are cut off at their greatest length, never through a surrogate pair", () => {
    expect(plain.analyze("a".repeat(500))).toEqual(["a".repeat(MAX_TERM_LENGTH)]);
    expect(plain.analyze(`a${"𐐨".repeat(500)}`)).toEqual([`a${"𐐨".repeat(31)}`]);
    expect(plain.analyze(`ﷺ${"𐐨".repeat(40)}`)[0]?.isWellFormed()).toBe(true);
  });

  it("hold letters beyond the basic plane, whatever half of one came before", () => {
    expect(plain.analyze("\uD801 \uDC28 \uD801")).toEqual([]);
    expect(plain.analyze("a𐐨 𝔸b")).toEqual(["a𐐨", "ab"]);
  });

  it("tell where in the text they come from", () => {
    const text = "We met GPT-4o's cousin";
    const places = english
      .tokenize(text)
      .map(({ term, start, end }) => [term, text.slice(start, end)]);
    expect(places).toEqual([
      ["~we", "We"],
      ["met", "met"],
      ["gpt4o", "GPT-4o's"],
      ["gpt", "GPT"],
      ["4o", "4o's"],
      ["cousin", "cousin"],
    ]);
  });
});

describe("stop words", () => {
  it("stay among the terms of a text, marked", () => {
    expect(english.analyze("Who was it?")).toEqual(["~who", "~was", "~it"]);
  });

  it("are recognised in contractions", () => {
    expect(english.analyze("I'm you're don't can’t won't it's").every(isStopTerm)).toBe(true);
  });

  it("leave a query that has other words", () => {
    expect(english.analyzeQuery("When did the dogs run, dog?")).toEqual(["dog", "run"]);
  });

  it("count in a query that has nothing else", () => {
    expect(english.analyzeQuery("To be or not to be")).toEqual(["~to", "~be", "~or", "~not"]);
  });

  it("can be replaced", () => {
    const analyzer = createAnalyzer({ stopWords: ["Marketing", "café"] });
    expect(analyzer.analyze("the marketing café")).toEqual(["the", "~marketing", "~cafe"]);
  });
});

describe("languages", () => {
  it("without one, words stay as they are written", () => {
    expect(plain.analyze("The Connections won't")).toEqual(["the", "connections", "won", "t"]);
  });

  it("other than English separate words at apostrophes", async () => {
    const french = createAnalyzer({ language: await loadLanguage("french") });
    expect(french.analyze("l'avion des étudiantes")).toEqual(["l", "avion", "de", "etudi"]);
  });

  it("stem words, not numbers and identifiers", () => {
    const language = {
      name: "short",
      stem: (word: string) => word.slice(0, 2),
      stopWords: new Set<string>(),
    };
    expect(createAnalyzer({ language }).analyze("word abc123 2024")).toEqual([
      "wo",
      "abc123",
      "2024",
    ]);
  });

  it("show in the id, as stop words do", async () => {
    const ids = [
      english.id,
      plain.id,
      createAnalyzer({ stopWords: [] }).id,
      createAnalyzer({ language: await loadLanguage("german") }).id,
    ];
    expect(new Set(ids).size).toBe(ids.length);
    expect(createAnalyzer({ language: "english" }).id).toBe(english.id);
  });
});

describe("any string", () => {
  it("gives terms that can be kept as one string", () => {
    fc.assert(
      fc.property(anyString, (text) => {
        const terms = english.analyze(text);
        expect(splitTerms(joinTerms(terms))).toEqual(terms);
        expect(terms.every((term) => term !== "" && !/[\s\u0085]/v.test(term))).toBe(true);
        expect(terms.every((term) => term.length <= MAX_TERM_LENGTH)).toBe(true);
        expect(terms.every((term) => term.isWellFormed())).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it("gives terms that are analysed to themselves, where nothing is stemmed", () => {
    fc.assert(
      fc.property(anyString, (text) => {
        const terms = plain
          .analyze(text)
          .filter((term) => !/\p{scx=Hani}|\p{scx=Thai}/v.test(term));
        expect(plain.analyze(terms.join(" "))).toEqual(terms);
      }),
      { numRuns: 1000 },
    );
  });

  it("gives tokens whose places lie in the text, in order", () => {
    fc.assert(
      fc.property(anyString, (text) => {
        let before = 0;
        for (const { start, end } of english.tokenize(text)) {
          expect(start).toBeGreaterThanOrEqual(before);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(text.length);
          before = start;
        }
      }),
    );
  });

  it("does not depend on what was analysed before", () => {
    fc.assert(
      fc.property(fc.array(anyString), anyString, (others, text) => {
        const used = createAnalyzer();
        for (const other of others) used.analyze(other);
        expect(used.analyze(text)).toEqual(createAnalyzer().analyze(text));
      }),
    );
  });
});

describe("large texts", () => {
  test.each([
    ["a word of 16 MB", "a".repeat(16e6)],
    ["16 MB of spaces", " ".repeat(16e6)],
    ["1 MB of a compound", "a-".repeat(5e5)],
    ["1 MB of marks on one letter", `a${"\u0301".repeat(1e6)}`],
    ["1 MB of Chinese", "北京大学".repeat(25e4)],
    ["1 MB of emoji", "😀".repeat(5e5)],
    [
      "100,000 distinct words",
      Array.from({ length: 1e5 }, (_, n) => `word${n.toString(36)}ings`).join(" "),
    ],
  ])("%s takes no more than seconds", (_, text) => {
    expect(cpuTime(() => english.analyze(text))).toBeLessThan(3000);
  });
});
