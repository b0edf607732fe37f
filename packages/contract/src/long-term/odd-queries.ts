import { assert, asyncProperty, string } from "fast-check";
import { describe, expect, it } from "vitest";
import type { Open } from "./harness.ts";
import { agent, agents, keysOf, query, texts } from "./samples.ts";

const here = agents("writer");

/** What users type, and what breaks search engines that have a query language. */
const ODD: readonly string[] = [
  ..."|*|**|?|\"|'|`|(|)|\\|/|[|]|{}|:|~|^|+|-|!|&&|%|_|$|#|@|;--".split("|"),
  ..."AND|OR|NOT|AND OR NOT|autumn AND|NOT autumn|autumn~2|autumn^4|text:autumn|autumn*|-autumn".split(
    "|",
  ),
  ...'"autumn|autumn"|"autumn campaign"|(autumn|autumn]|{"match": "autumn"}|autumn || winter'.split(
    "|",
  ),
  "' OR 1=1 --",
  "|",
  " ",
  "\n\t",
  "\0",
  "\uFEFF",
  "🍂",
  "🧑‍🚀 👨‍👩‍👧‍👦",
  "\u202Eautumn",
  "ａｕｔｕｍｎ",
  "<b>autumn</b>",
  "a".repeat(20_000),
];

export function takesOddQueries(open: Open): void {
  describe("a query", () => {
    it("is text, never a language: nothing in it is an error", async () => {
      const { store } = await open();
      await store.save(agent("writer"), texts("autumn campaign", '* AND " 🍂 ( text:x', "winter"));
      for (const text of ODD) expect(await store.search(here, query(text))).toBeInstanceOf(Array);
    });

    it("finds the words in it, whatever stands around them", async () => {
      const { store } = await open();
      await store.save(agent("writer"), texts("autumn campaign", "winter"));
      for (const text of [
        '"autumn"',
        "-autumn",
        "+autumn*",
        "(autumn OR",
        "NOT autumn",
        "text:autumn",
      ]) {
        expect([text, keysOf(await store.search(here, query(text)))]).toEqual([text, ["t0000"]]);
      }
    });

    it("without a word finds nothing", async () => {
      const { store } = await open();
      await store.save(agent("writer"), texts("autumn campaign", "winter"));
      for (const text of ["", " ", "\n\t", "*", "...", '""']) {
        expect([text, await store.search(here, query(text))]).toEqual([text, []]);
      }
    });

    it("may be any string at all", async () => {
      const { store } = await open();
      await store.save(agent("writer"), texts("autumn campaign", "winter"));
      await assert(
        asyncProperty(string({ unit: "binary", maxLength: 40 }), async (text) => {
          expect(await store.search(here, query(text))).toBeInstanceOf(Array);
        }),
        { numRuns: 50 },
      );
    });

    it("may be a megabyte long", async () => {
      const { store } = await open();
      await store.save(agent("writer"), texts("autumn campaign", "winter"));
      const words = Array.from({ length: 120_000 }, (_, i) => `word${i % 5000}`).join(" ");
      expect(keysOf(await store.search(here, query(`${words} autumn`)))).toEqual(["t0000"]);
    });
  });
}
