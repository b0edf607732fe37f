import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import {
  createAnalyzer,
  createTermCounter,
  LANGUAGE_NAMES,
  loadLanguage,
  type LanguageName,
} from "../src/index.ts";

const NAMES: readonly LanguageName[] = [
  "arabic",
  "armenian",
  "bulgarian",
  "danish",
  "dutch",
  "finnish",
  "french",
  "german",
  "greek",
  "hindi",
  "hungarian",
  "indonesian",
  "irish",
  "italian",
  "lithuanian",
  "nepali",
  "norwegian",
  "portuguese",
  "romanian",
  "russian",
  "sanskrit",
  "serbian",
  "spanish",
  "swedish",
  "tamil",
  "turkish",
  "ukrainian",
];

describe("loadLanguage", () => {
  it("knows English, none and these languages", () => {
    expect(LANGUAGE_NAMES).toEqual(["english", "none", ...NAMES]);
  });

  test.each([
    ["german", "Häuser häusern Haus", ["haus", "haus", "haus"]],
    ["french", "chevaux cheval", ["cheval", "cheval"]],
    ["spanish", "canciones canción", ["cancion", "cancion"]],
    ["russian", "книги книга", ["книг", "книг"]],
    ["swedish", "hästarna hästar", ["hast", "hast"]],
  ] as const)("%s finds the inflections of a word", async (name, text, terms) => {
    const analyzer = createAnalyzer({ language: await loadLanguage(name) });
    expect(analyzer.analyze(text)).toEqual(terms);
  });

  test.each([
    ["arabic", "الكتاب", "كتاب"],
    ["danish", "kampagnen kampagner", "KAMPAGNE"],
    ["dutch", "boeken", "Boek"],
    ["finnish", "kampanjat kampanjan", "kampanja"],
    ["french", "l'économie économique d'études", "etude"],
    ["german", "Werbekampagnen Straßen", "strasse"],
    ["greek", "εκστρατείες", "ΕΚΣΤΡΑΤΕΊΕΣ"],
    ["hungarian", "kampányok", "kampány"],
    ["italian", "campagne pubblicità", "pubblicita"],
    ["norwegian", "kampanjene", "kampanje"],
    ["portuguese", "campanhas", "Campanha"],
    ["romanian", "campanii", "CAMPANII"],
    ["russian", "рекламные кампании", "кампания"],
    ["spanish", "campañas publicitarias", "campana"],
    ["turkish", "kampanyalar", "kampanya"],
    ["ukrainian", "реклама", "Реклама"],
  ] as const)("%s: what is stored as %j is found by %j", async (name, stored, asked) => {
    const analyzer = createAnalyzer({ language: await loadLanguage(name) });
    const count = createTermCounter(analyzer.analyzeQuery(asked));
    expect(count(analyzer.analyze(stored))).toBeDefined();
  });

  it.each(["english", "german", "none"] as const)(
    "%s splits Chinese and Japanese, whatever the language of the rest",
    async (name) => {
      const analyzer = createAnalyzer({ language: await loadLanguage(name) });
      const terms = analyzer.analyze("Team 客户喜欢手冲咖啡 データベース");
      expect(terms).toEqual(expect.arrayContaining(["客户", "喜欢", "咖啡", "データベース"]));
    },
  );

  test.each(NAMES)("%s accepts any word", async (name) => {
    const analyzer = createAnalyzer({ language: await loadLanguage(name) });
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme" })), (words) => {
        const terms = analyzer.analyze(words.join(" "));
        expect(terms.every((term) => /^\S+$/v.test(term))).toBe(true);
      }),
    );
  });

  it("has the built-in ones too", async () => {
    expect(createAnalyzer({ language: await loadLanguage("english") }).id).toBe(
      createAnalyzer().id,
    );
    expect((await loadLanguage("none")).stem("running")).toBe("running");
  });

  test.each(["klingon", "constructor", ""])("refuses %j", async (name) => {
    await expect(loadLanguage(name as LanguageName)).rejects.toThrow(RangeError);
  });
});
