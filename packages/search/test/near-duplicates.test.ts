import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createAnalyzer, createCollapse } from "../src/index.ts";
import { cpuTime } from "./cpu-time.ts";

const analyzer = createAnalyzer();

/** The texts that stay, each with its near duplicates. */
function collapse(texts: readonly string[], topK = 100): string[][] {
  const result = createCollapse<string>(topK);
  for (const text of texts) if (!result.offer(text, analyzer.analyze(text))) break;
  return result.kept.map(({ hit, duplicates }) => [hit, ...duplicates]);
}

/** Compares one pair, by the definition. */
function isNearDuplicate(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  const shared = [...a].filter((term) => b.has(term)).length;
  return a.size > 0 && 10 * shared >= 9 * (a.size + b.size - shared);
}

const long =
  "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty";

describe("near-duplicates", () => {
  it("have nine of ten words in common, whatever their order and form", () => {
    expect(collapse([long, `${long} more`, `${long} quite another end`])).toEqual([
      [long, `${long} more`],
      [`${long} quite another end`],
    ]);
    expect(collapse(["the campaign starts", "Starting: the Campaign!"])).toHaveLength(1);
    expect(collapse(["the campaign starts", "the campaign ends"])).toHaveLength(2);
  });

  it("have the same numbers", () => {
    expect(collapse([`${long} 40`, `${long} 45`])).toHaveLength(2);
    expect(collapse([`${long} 40`, `40 ${long}`])).toHaveLength(1);
  });

  it("are not what has no words", () => {
    expect(collapse(["🎉", "🎉", ""])).toHaveLength(3);
  });

  it("are told of the best, and looked for until there are enough that are distinct", () => {
    const texts = ["a b", "b a", "c d", "b  a", "d c", "e f", "f e"];
    expect(collapse(texts, 2)).toEqual([
      ["a b", "b a", "b  a"],
      ["c d", "d c"],
    ]);
  });

  it("are exactly those that the definition names, first come first", () => {
    const term = fc.constantFrom(..."abcdefghijklmnopqrst".split(""));
    const all = fc.array(fc.uniqueArray(term, { minLength: 8, maxLength: 20 }), { maxLength: 30 });
    fc.assert(
      fc.property(all, (documents) => {
        const result = createCollapse<number>(100);
        for (const [at, terms] of documents.entries()) result.offer(at, terms);
        const sets = documents.map((terms) => new Set(terms));
        const expected: { hit: number; duplicates: number[] }[] = [];
        for (const [at, own] of sets.entries()) {
          const like = expected.find(({ hit }) => isNearDuplicate(sets[hit] as Set<string>, own));
          if (like) like.duplicates.push(at);
          else expected.push({ hit: at, duplicates: [] });
        }
        expect(result.kept).toMatchObject(expected);
      }),
      { numRuns: 500 },
    );
  });

  it("are found among a thousand hits in no time", () => {
    const texts = Array.from({ length: 1000 }, (_, at) => `${long} ${at % 500} and so on`);
    const time = cpuTime(() => expect(collapse(texts, 1000)).toHaveLength(500));
    expect(time).toBeLessThan(2000);
  });

  it("are told apart in no time where hits only begin alike", () => {
    const numbers = Array.from({ length: 90 }, (_, at) => at);
    const texts = Array.from({ length: 1000 }, (_, at) =>
      ["aa", "ab", "ac", "ad", "ae", ...numbers.map((word) => spelt(at * 90 + word))].join(" "),
    );
    const time = cpuTime(() => expect(collapse(texts, 1000)).toHaveLength(1000));
    expect(time).toBeLessThan(2000);
  });
});

/** A number as a word, because texts with different numbers are not compared. */
function spelt(number: number): string {
  return `x${String(number).replaceAll(/\d/g, (digit) => "bcdfghjklm".charAt(Number(digit)))}`;
}
