import { describe, expect, it, test } from "vitest";
import {
  createAnalyzer,
  createKeywordIndex,
  createKeywordQuery,
  fuse,
  rank,
  type Hit,
} from "../src/index.ts";

/** What a team of marketing agents remembers: notes that stand alone, and a conversation in order. */
const NOTES = {
  spring: "The spring campaign for Café Aurora reached 42,000 people at a cost of $1,250.",
  autumn: "For the autumn campaign the budget was doubled, mostly for short videos.",
  audience: "Café Aurora's customers are students and nurses who work at night.",
  tone: "The owner dislikes exclamation marks and stock photographs.",
  opening: "A second branch opens near the university hospital in May.",
  competitor:
    "Bean & Bloom, the closest competitor, connects with its customers by handwritten notes.",
  model: "Drafts come from GPT-4o; the final wording is always reviewed by a person.",
  newsletter: "E-mails that are sent on Tuesdays get opened twice as often as on Fridays.",
  band: "The Who tribute band plays at the opening party.",
  german: "Für Münster gelten andere Öffnungszeiten.",
  chinese: "客户喜欢手冲咖啡和安静的座位。",
};
const TALK = [
  "Did anybody ask Marta about the loyalty programme?",
  "She wants ten stamps instead of eight.",
  "Fine, I will change the card then.",
  "Lunch was late again today.",
  "The printer is out of paper.",
];

const analyzer = createAnalyzer();
const index = createKeywordIndex();
for (const [id, text] of Object.entries(NOTES)) index.add(id, analyzer.analyze(text));
for (const [position, text] of TALK.entries()) index.add(`talk${position}`, analyzer.analyze(text));

function search(text: string, neighbours = true): string[] {
  const query = createKeywordQuery(analyzer.analyzeQuery(text), index.statistics);
  const keywords = new Map(index.search(query).map(({ id, keyword }) => [id, keyword]));
  const hits = [...Object.keys(NOTES), ...TALK.keys()].map((name): Hit => {
    const id = typeof name === "number" ? `talk${name}` : name;
    const place = typeof name === "number" ? { sequence: { id: "talk", position: name } } : {};
    return { id, ...place, ...fuse({ keyword: keywords.get(id) ?? 0, weight: 0 }) };
  });
  return rank(hits, { topK: 3, neighbours }).map(({ id }) => id);
}

describe("what a question finds first", () => {
  test.each([
    ["How many people did the campaign in spring reach?", "spring"],
    ["what did it cost: $1250", "spring"],
    ["doubling budgets", "autumn"],
    ["who are the customers of Cafe Aurora", "audience"],
    ["competitors' connection to customers", "competitor"],
    ["does he like photography or photographs", "tone"],
    ["gpt4o", "model"],
    ["which email was opened", "newsletter"],
    ["the who", "band"],
    ["MUNSTER", "german"],
    ["咖啡", "chinese"],
  ])("%s", (question, id) => {
    expect(search(question)[0]).toBe(id);
  });

  it("is followed by the answer that stands beside it", () => {
    const question = "What did Marta say about loyalty?";
    expect(search(question)).toEqual(["talk0", "talk1", "talk2"]);
    expect(search(question, false)).toEqual(["talk0"]);
  });
});
