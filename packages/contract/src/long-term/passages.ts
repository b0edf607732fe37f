import type { LongTermStore, SearchHit } from "@mem/core";
import { array, assert, asyncProperty, constantFrom } from "fast-check";
import { describe, expect, it } from "vitest";
import type { Open } from "./harness.ts";
import { agent, agents, query, texts, write } from "./samples.ts";

const scope = agent("librarian");
const here = agents("librarian");

const SENTENCE = "This sentence is about something else altogether. ";
const FILLER = SENTENCE.repeat(18).trim();

/** A Markdown text of several thousand characters; each chapter is about one topic. */
const HANDBOOK = [
  `# Handbook\n\n${FILLER}`,
  `## Shipping\n\n${FILLER}\n\n### Abroad\n\nParcels for zebras cross the border. ${FILLER}`,
  `## Returns\n\n${FILLER}\n\nGiraffes may be sent back within a month.\n\n${FILLER}`,
  `## Payment\n\nPay with pelicans only. ${FILLER}`,
].join("\n\n");

const ANSWERS = [
  ["zebras", "Parcels for zebras", ["Handbook", "Shipping", "Abroad"]],
  ["giraffe", "Giraffes may be sent back", ["Handbook", "Returns"]],
  ["pelicans", "Pay with pelicans only.", ["Handbook", "Payment"]],
] as const;

const BLOCKS = [
  "# One",
  "## Two\n\nA **bold** word, `code` and a [link](https://example.com).",
  "### Three é🙂\n\n- budget\n- autumn\n\n1. first\n2. second",
  "```\n# no heading\nbudget = 1\n```",
  "| a | b |\n|---|---|\n| budget | 2 |",
  `> quoted budget\n\n${FILLER}`,
  "Setext\n======\n\nbelow it",
  "東京の予算。".repeat(40),
  `${"x".repeat(2500)} budget`,
  `budget ${FILLER}`,
  "\r\nwindows budget\r\n\r\nends here",
];

export function showsPassages(open: Open): void {
  describe("the passage of a hit", () => {
    it("is all of a short text, white space and all", async () => {
      const { store } = await open();
      const short = " # Budget\n\nOf autumn.\n ";
      await store.save(scope, texts(short));
      const [hit] = await store.search(here, query("autumn"));
      expect(hit?.passage).toMatchObject({ text: short, start: 0, end: short.length });
    });

    it("is the part of a long text that speaks of what is asked, below its headings", async () => {
      const { store } = await open();
      await store.save(scope, [write("handbook", { text: HANDBOOK })]);
      for (const flushed of [false, true]) {
        if (flushed) await store.flush();
        for (const [asked, words, headings] of ANSWERS) {
          const hit = await theHit(store, asked);
          expectSlice(hit);
          expect(hit.passage.text).toContain(words);
          expect(hit.passage.headings).toEqual(headings);
          expect(hit.passage.text.length).toBeLessThan(HANDBOOK.length / 2);
          expect(hit.snippet).toContain(words.split(" ")[0]);
          expect(hit.text).toBe(HANDBOOK);
        }
      }
    });

    it("is that with more of what is asked", async () => {
      const { store } = await open();
      const both = `${FILLER}\n\nThe budget of zebras is small.\n\n`;
      const text = `${`The budget. ${FILLER}\n\n`.repeat(2)}${both}${`Zebras. ${FILLER}\n\n`.repeat(2)}`;
      await store.save(scope, [write("report", { text })]);
      const hit = await theHit(store, "budget zebras");
      expectSlice(hit);
      expect(hit.passage.text).toContain("budget of zebras");
      expect(hit.passage.headings).toEqual([]);
    });

    it("is a stretch of the text with what was found in it, whatever the text is made of", async () => {
      const { store } = await open();
      const blocks = array(constantFrom(...BLOCKS), { maxLength: 8 });
      let runs = 0;
      await assert(
        asyncProperty(blocks, blocks, async (before, after) => {
          const name = `librarian-${runs++}`;
          const text = [...before, "A zebra, at last.", ...after].join("\n\n");
          await store.save(agent(name), [write("text", { text })]);
          const [hit] = await store.search(agents(name), query("zebra"));
          expectSlice(hit!);
          expect(hit!.passage.text).toContain("zebra");
          for (const heading of hit!.passage.headings) {
            expect(heading).toMatch(/^(?:One|Two|Three é🙂|Setext)$/);
          }
        }),
        { numRuns: 20 },
      );
    });
  });
}

async function theHit(store: LongTermStore, text: string): Promise<SearchHit> {
  const [hit] = await store.search(here, query(text));
  expect(hit).toBeDefined();
  return hit!;
}

/** Expects a passage to be where its offsets say. */
function expectSlice({ text, passage, snippet }: SearchHit): void {
  expect(text.slice(passage.start, passage.end)).toBe(passage.text);
  expect(passage.text.length).toBeGreaterThan(0);
  expect(passage.text).toContain(snippet);
}
