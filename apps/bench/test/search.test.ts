import { describe, expect, it } from "vitest";
import { toSvg } from "../src/plot.ts";
import {
  entryAt,
  questionAt,
  rareAt,
  vectorOf,
  type Collection,
} from "../src/search/collection.ts";
import { recallOf } from "../src/search/recall.ts";
import { Scan } from "../src/search/scan.ts";
import { textAt } from "../src/search/texts.ts";

const clustered: Collection = { count: 2000, dimensions: 64, shape: "clustered" };
const isotropic: Collection = { ...clustered, shape: "isotropic" };
const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);

describe("a collection", () => {
  it("is the same in every run", () => {
    for (const collection of [clustered, isotropic]) {
      expect(entryAt(7, collection)).toEqual(entryAt(7, collection));
      expect(questionAt(7, collection)).toEqual(questionAt(7, collection));
    }
  });

  it("has texts in which some words are common and most are rare", () => {
    const having = new Map<string, number>();
    for (let place = 0; place < 2000; place++) {
      for (const word of new Set(textAt(place).split(" "))) {
        having.set(word, (having.get(word) ?? 0) + 1);
      }
    }
    const counts = [...having.values()].toSorted((a, b) => b - a);
    expect((counts[0] as number) / 2000).toBeGreaterThan(0.05);
    expect((counts[0] as number) / 2000).toBeLessThan(0.2);
    expect(counts[counts.length >> 1] as number).toBeLessThan(10);
  });

  it("has parts of a hundredth and of a ten-thousandth, whatever the cluster", () => {
    const rare = Array.from({ length: 20_000 }, (_, place) => rareAt(place));
    const ofBucket = rare.filter((part) => part % 100 === 42).length;
    expect(ofBucket).toBeGreaterThan(140);
    expect(ofBucket).toBeLessThan(260);
    expect(Math.max(...rare)).toBeLessThan(10_000);
  });

  it("has vectors in clusters, or anywhere", () => {
    expect(dot(vectorOf(7, clustered), vectorOf(1007, clustered))).toBeGreaterThan(0.6);
    expect(Math.abs(dot(vectorOf(7, isotropic), vectorOf(1007, isotropic)))).toBeLessThan(0.6);
    expect(dot(vectorOf(7, isotropic), vectorOf(7, isotropic))).toBeCloseTo(1, 5);
  });

  it("is asked for words that one of its entries has, and a vector that none has", () => {
    const { text, vector } = questionAt(3, clustered);
    expect(text.split(" ")).toHaveLength(4);
    const texts = Array.from({ length: 2000 }, (_, place) => textAt(place).split(" "));
    expect(texts.some((words) => text.split(" ").every((word) => words.includes(word)))).toBe(true);
    expect(dot(vector, vectorOf(0, clustered))).toBeLessThan(0.999);
  });
});

describe("a scan", () => {
  it("finds what sorting all by their distance finds, within a part, too", () => {
    const scan = new Scan(clustered);
    for (const i of [0, 1, 2]) {
      const question = questionAt(i, clustered);
      for (const selection of ["all", "1%", "0.01%"] as const) {
        const expected = Array.from({ length: 2000 }, (_, place) => place)
          .filter((place) => {
            if (selection === "all") return true;
            const rare = rareAt(place);
            return selection === "1%" ? rare % 100 === question.bucket : rare === question.rare;
          })
          .map((place) => ({ place, near: dot(question.vector, vectorOf(place, clustered)) }))
          .filter(({ near }) => near > 0)
          .toSorted((a, b) => b.near - a.near)
          .slice(0, 10)
          .map(({ place }) => `entry-${place}`);
        expect(scan.nearest(question, selection, 10)).toEqual(expected);
      }
    }
  });
});

describe("recall", () => {
  it("is the share of the truly nearest that were found, over all questions", () => {
    expect(recallOf([["a", "x"], ["b"]], [["a", "c"], ["b"]])).toBeCloseTo(2 / 3, 12);
    expect(recallOf([[]], [[]])).toBe(1);
  });
});

describe("a plot", () => {
  it("draws a line for each name from 0 upwards, the first as ours", () => {
    const svg = toSvg({
      name: "growth",
      title: "ms & entries",
      sizes: ["1k", "10k"],
      lines: { "no <filter>": [1, 2], other: [2, 4] },
    });
    expect(svg.match(/class="ours"/g)).toHaveLength(1);
    expect(svg).toContain("ms &amp; entries");
    expect(svg).toContain("no &lt;filter>: 2.00");
    expect(svg).toContain('d="M50 220L560 160"');
  });
});
