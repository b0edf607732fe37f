import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import {
  createAnalyzer,
  createTermCounter,
  createWordConditions,
  type WordRequest,
} from "../src/index.ts";
import { cpuTime } from "./cpu-time.ts";

const analyzer = createAnalyzer();

function meets(request: WordRequest, text: string): boolean {
  return createWordConditions(request, analyzer)?.meets(analyzer.analyze(text)) ?? true;
}

const all = (text: string, prefix = false): WordRequest => ({ text, match: "all", prefix });
const phrase = (...phrases: string[]): WordRequest => ({ text: "x", phrases });

describe("all words", () => {
  test.each([
    ["budget of the campaign", "Campaigns: our budgets", true],
    ["budget of the campaign", "our budgets", false],
    ["the of", "the top of", true],
    ["the of", "the top", false],
    ["E-mail campaign", "email campaigns", true],
    ["E-mail campaign", "e mail campaigns", true],
    ["E-mail campaign", "mail campaigns", false],
    ["email", "E-mail", true],
    ["state-of-the-art", "the art of this state", true],
    ["", "anything", true],
    ["…", "anything", true],
  ])("%s in %s", (query, text, expected) => {
    expect(meets(all(query), text)).toBe(expected);
  });

  test.each([
    ["budget marketi", "Marketing has a budget", true],
    ["budget marketi", "Marketing has none", false],
    ["budget marketi", "a budget of marks", false],
    ["campaign of", "a campaign", true],
    ["campaign of", "an offer", false],
    ["wha", "whale", true],
    ["wha", "what", false],
    ["who", "who", true],
  ])("with a prefix: %s in %s", (query, text, expected) => {
    expect(meets(all(query, true), text)).toBe(expected);
  });
});

describe("phrases", () => {
  test.each([
    ["word after word", "spring campaign", "the Spring Campaigns of 2025", true],
    ["in order", "spring campaign", "campaign spring", false],
    ["without anything between", "spring campaign", "spring's great campaign", false],
    ["stop words too", "to be or not to be", "to be or not to be, that is it", true],
    ["stop words too, not others", "end of the day", "end to a day", false],
    ["found after a false start", "a b a c", "a b a b a c", true],
    ["a compound as it is written", "GPT-4o drafts", "the GPT-4o drafts", true],
    ["before a compound's first part", "from GPT", "news from GPT-4o here", true],
    ["after a compound's last part", "4o drafts", "the GPT-4o drafts", true],
    ["not past its last part", "from 4o", "from GPT-4o", false],
    ["not past what follows its first", "GPT drafts", "the GPT-4o drafts", false],
    ["written as one word", "from gpt4o drafts", "from GPT-4o drafts", true],
    ["written as one word in the text", "from GPT-4o drafts", "from gpt4o drafts", true],
    ["written apart", "the e-mail campaign", "the e mail campaigns", true],
    ["a compound beside a compound", "e-mail K-9", "email k9", true],
    ["before a part that is stemmed", "in phase", "in phase-2 now", true],
    ["before a part whose stem is spelt another way", "the category", "the category-5 list", true],
    ["past parts that are stemmed", "phase2 now", "in phase-2 now", true],
    ["not over a word that is there", "from campaign", "from new campaign", false],
    ["with a part that is a stop word", "of the a", "of the A-Z", true],
    ["in scripts without spaces", "手冲咖啡", "客户喜欢手冲咖啡", true],
    ["nothing to ask for", " … ", "anything", true],
  ])("%s", (_, wanted, text, expected) => {
    expect(meets(phrase(wanted), text)).toBe(expected);
  });

  it("have to be there all, beside all words where those are asked for", () => {
    expect(meets(phrase("spring campaign", "red card"), "spring campaign red card")).toBe(true);
    expect(meets(phrase("spring campaign", "red card"), "spring campaign red")).toBe(false);
    const both = { text: "budget", match: "all", phrases: ["red card"] } as const;
    expect(meets(both, "a red card")).toBe(false);
    expect(meets(both, "the budget: a red card")).toBe(true);
  });

  it("take no longer where one compound follows the other", () => {
    const compounds = "e-mail x-1-2-3 ".repeat(2500);
    const time = cpuTime(() => {
      expect(meets(phrase(`${compounds}campaign`), compounds)).toBe(false);
    });
    expect(time).toBeLessThan(2000);
  });
});

describe("conditions", () => {
  it("are none where any document will do", () => {
    expect(createWordConditions({ text: "campaign" }, analyzer)).toBeUndefined();
    expect(createWordConditions({ text: "campaign", match: "any", phrases: [] }, analyzer)).toBe(
      undefined,
    );
  });

  it("name terms that whatever meets them has", () => {
    const word = fc.constantFrom(
      "spring",
      "campaign",
      "e-mail",
      "the",
      "of",
      "K-9",
      "k9",
      "email",
      "mail",
      "marketi",
    );
    const text = fc.array(word, { maxLength: 6 }).map((words) => words.join(" "));
    const request = fc.record({
      text,
      match: fc.constantFrom("any" as const, "all" as const),
      phrases: fc.array(text, { maxLength: 2 }),
      prefix: fc.boolean(),
    });
    fc.assert(
      fc.property(request, text, (asked, document) => {
        const conditions = createWordConditions(asked, analyzer);
        const terms = analyzer.analyze(document);
        if (conditions?.meets(terms) !== true) return;
        for (const required of conditions.required) {
          expect(createTermCounter([required])(terms)).toBeDefined();
        }
      }),
      { numRuns: 1000 },
    );
  });
});
