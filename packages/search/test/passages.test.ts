import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { embeddedTexts, passagesOf, splitPassages } from "../src/index.ts";
import { cpuTime } from "./cpu-time.ts";

const split = (text: string, maxLength = 1000): [string, string][] =>
  splitPassages(text, { maxLength }).map((each) => [each.headings.join(" › "), each.text]);
const headings = (text: string): string[] => split(text).map(([above]) => above);
const letters = (text: string): string => text.replaceAll(/[^\p{L}\p{N}]/gu, "");

/** Pieces of Markdown in any combination. */
const markdown = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ..."# A|## B|### C|\n|\r\n|\n\n|```\n|~~~\n|> q|- item|  1. one|| a | b ||| - | - |".split(
          "|",
        ),
      ),
      fc.constantFrom(
        "===\n",
        "---\n",
        "<div>\n",
        "\t",
        "    code\n",
        "\u2028",
        "\r",
        "&amp;",
        "words. More words! ",
      ),
      fc.string({ unit: "grapheme", maxLength: 12 }),
    ),
    { maxLength: 40 },
  )
  .map((pieces) => pieces.join(""));

describe("passages", () => {
  it("follow the headings", () => {
    const text =
      "Before.\n\n# Brand\n\nWho we are.\n\n## Voice\n\nWarm and brief.\n\n# Channels\n\nEmail.\n";
    expect(split(text)).toEqual([
      ["", "Before."],
      ["Brand", "Who we are."],
      ["Brand › Voice", "Warm and brief."],
      ["Channels", "Email."],
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
    expect(split(text)).toEqual([["Setup", "```sh\n# not a heading\nnpm start\n```"]]);
  });

  it("end between sentences where a block is too long", () => {
    const text = "The first sentence is here. The second one follows it. And a third.";
    expect(split(text, 40).map(([, passage]) => passage)).toEqual([
      "The first sentence is here.",
      "The second one follows it. And a third.",
    ]);
  });

  it("end even where a single character is longer than asked", () => {
    expect(split("😀😀", 1).map(([, passage]) => passage)).toEqual(["😀", "😀"]);
  });

  it.each([0, -1, Number.NaN])("cannot be of at most %d characters", (maxLength) => {
    expect(() => splitPassages("a b", { maxLength })).toThrow(RangeError);
  });

  it("are none where there is nothing to say", () => {
    expect(split(" \n\n")).toEqual([]);
  });

  it("are headings with nothing below them, below those that these are under", () => {
    expect(split("# A\n\n## B\n")).toEqual([["A", "## B"]]);
    expect(split("# A\n## B\n# C\nc\n## D\n## E\n### F\nf\n# G")).toEqual([
      ["A", "## B"],
      ["C", "c"],
      ["C", "## D"],
      ["C › E › F", "f"],
      ["", "# G"],
    ]);
  });

  it("have no heading of more than 200 characters, nor one that is longer than they may be", () => {
    const long = "word ".repeat(39).trim();
    expect(headings(`# ${long}\n\na`)).toEqual([long]);
    expect(split(`# ${long} more\n\na`)).toEqual([["", `# ${long} more\n\na`]]);
    expect(split("# Some heading\n\na", 10)).toEqual([
      ["", "# Some"],
      ["", "heading\n\na"],
    ]);
  });

  it("see a heading behind a byte order mark", () => {
    expect(split("\uFEFF# Brand\n\nWho we are.")).toEqual([["Brand", "Who we are."]]);
  });

  it("are the same whichever way lines end", () => {
    const text = "# A\n\none\ntwo\n\nB\n=\n\n- c\n- d\n\n```\n# e\n```\n\n| f |\n| - |\n| g |\n";
    for (const end of ["\r\n", "\r"]) {
      const ended = split(text.replaceAll("\n", end));
      expect(ended.map(([above, own]) => [above, own.replaceAll(end, "\n")])).toEqual(split(text));
    }
  });

  it("are where they say that they are, in order, and as long as they may be", () => {
    fc.assert(
      fc.property(markdown, fc.integer({ min: 20, max: 80 }), (text, maxLength) => {
        let before = 0;
        const passages = splitPassages(text, { maxLength });
        for (const { text: own, start, end } of passages) {
          expect(text.slice(start, end)).toBe(own);
          expect(start).toBeGreaterThanOrEqual(before);
          expect(own).toBe(own.trim());
          expect(own).not.toBe("");
          expect(own.length).toBeLessThanOrEqual(maxLength);
          before = end;
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("keep every word, with the headings that they name", () => {
    const block = fc
      .tuple(fc.constantFrom("# ", "## ", "### ", "", "- ", "> "), fc.nat({ max: 999 }))
      .map(([mark, number]) => `${mark}w${number}x`);
    fc.assert(
      fc.property(fc.array(block, { maxLength: 20 }), (blocks) => {
        const text = blocks.join("\n\n");
        const kept = new Set(split(text, 20).join(" ").match(/w\d+x/g));
        expect(kept).toEqual(new Set(text.match(/w\d+x/g)));
      }),
    );
  });

  it("keep every word that is in no heading, and are well formed", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 400 }),
        fc.integer({ min: 20, max: 80 }),
        (text, maxLength) => {
          const paragraph = text.replaceAll(/[#\n\r=-]/g, " ");
          const passages = split(paragraph, maxLength).map(([, passage]) => passage);
          expect(passages.every((passage) => passage.isWellFormed())).toBe(true);
          expect(letters(passages.join(""))).toBe(letters(paragraph));
        },
      ),
    );
  });

  it("take time by the length of a text, however deep somebody nested it", () => {
    const nested = ["> ".repeat(200_000), "- ".repeat(200_000), "* a\n".repeat(50_000)];
    for (const text of [
      ...nested,
      "x".repeat(1_000_000),
      `# ${"w ".repeat(999)}\n${"## a\nb\n".repeat(50_000)}`,
    ]) {
      const time = cpuTime(() => splitPassages(`${text}end`, { maxLength: 1200 }));
      expect(time).toBeLessThan(2000);
    }
  });
});

describe("a stored text", () => {
  it("is one passage up to 1,600 characters, headings and white space included", () => {
    const text = ` # A\n\n${"x ".repeat(790)}`;
    expect(passagesOf(text)).toEqual([{ text, start: 0, end: text.length, headings: [] }]);
    expect(embeddedTexts(text)).toEqual([text]);
    expect(passagesOf("")).toHaveLength(1);
  });

  it("has passages of up to 1,200 beyond, which are embedded with their headings", () => {
    const sentence = "Something that is said at length. ";
    const text = `# Brand\n\n## Voice\n\n${sentence.repeat(60)}`;
    const passages = passagesOf(text);
    expect(passages.length).toBeGreaterThan(1);
    for (const [at, embedded] of embeddedTexts(text).entries()) {
      expect(embedded).toBe(`Brand\nVoice\n${passages[at]?.text}`);
      expect(passages[at]?.text.length).toBeLessThanOrEqual(1200);
    }
    expect(passagesOf(" ".repeat(5000))).toHaveLength(1);
  });

  it("has its first 256 passages embedded", () => {
    const text = Array.from({ length: 300 }, (_, i) => `${i} `.repeat(200)).join("\n\n");
    const passages = passagesOf(text);
    expect(passages.length).toBeGreaterThan(256);
    expect(embeddedTexts(text)).toEqual(passages.slice(0, 256).map((passage) => passage.text));
  });
});
