import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitPassages } from "../src/passages.ts";

const headings = (text: string): string[] =>
  splitPassages(text, 1000).map((passage) => passage.headings.join(" › "));
const letters = (text: string): string => text.replaceAll(/[^\p{L}\p{N}]/gu, "");

describe("a document's passages", () => {
  it("follow its headings", () => {
    const text =
      "Before.\n\n# Brand\n\nWho we are.\n\n## Voice\n\nWarm and brief.\n\n# Channels\n\nEmail.\n";
    expect(splitPassages(text, 1000)).toEqual([
      { headings: [], text: "Before." },
      { headings: ["Brand"], text: "Who we are." },
      { headings: ["Brand", "Voice"], text: "Warm and brief." },
      { headings: ["Channels"], text: "Email." },
    ]);
  });

  it("stand beside each other where their headings do, also below a level that was skipped", () => {
    expect(headings("## A\n\na\n\n## B\n\nb\n\n## C\n\nc")).toEqual(["A", "B", "C"]);
    expect(headings("# T\n\n### A\n\na\n\n### B\n\nb\n\n## C\n\nc")).toEqual([
      "T › A",
      "T › B",
      "T › C",
    ]);
  });

  it("are not split at what only looks like a heading", () => {
    const text = "# Setup\n\n```sh\n# not a heading\nnpm start\n```\n";
    expect(splitPassages(text, 1000)).toEqual([
      { headings: ["Setup"], text: "```sh\n# not a heading\nnpm start\n```" },
    ]);
  });

  it("end between sentences where a block is too long", () => {
    const text = "The first sentence is here. The second one follows it. And a third.";
    const passages = splitPassages(text, 40).map((passage) => passage.text);
    expect(passages).toEqual([
      "The first sentence is here.",
      "The second one follows it. And a third.",
    ]);
  });

  it("keep every word, and are never longer than asked", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 400 }),
        fc.integer({ min: 20, max: 80 }),
        (text, max) => {
          const paragraph = text.replaceAll(/[#\n\r]/g, " ");
          const passages = splitPassages(paragraph, max);
          expect(passages.every((passage) => passage.text.length <= max)).toBe(true);
          expect(passages.every((passage) => passage.text.isWellFormed())).toBe(true);
          expect(letters(passages.map((passage) => passage.text).join(""))).toBe(
            letters(paragraph),
          );
        },
      ),
    );
  });

  it("end even where a single character is longer than asked", () => {
    expect(splitPassages("😀😀", 1).map((passage) => passage.text)).toEqual(["😀", "😀"]);
  });

  it("are none where there is nothing to say", () => {
    expect(splitPassages(" \n\n", 100)).toEqual([]);
  });
});
