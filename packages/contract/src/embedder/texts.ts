import type { Embedder } from "@mem/core";
import { describe, expect, it } from "vitest";
import { cosine, NEARLY_EQUAL } from "./cosine.ts";

const HARD_TEXTS = [
  "",
  " \t\n",
  "!?… —",
  "0",
  "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 👩‍👩‍👧‍👦🏳️‍🌈",
  "市場調査の結果をまとめる",
  "حملة التسويق القادمة",
  "e\u0301 and é",
  "a\u0000b\u2028c\uFEFF",
  "'; DROP TABLE memories; --",
  "__proto__",
];

export function embedsTexts(open: () => Promise<Embedder>): void {
  describe("texts", () => {
    it("declares the name, length and weight of its vectors", async () => {
      const { model, dimensions, weight } = await open();
      expect(model).toEqual(expect.any(String));
      expect(model).not.toBe("");
      expect(Number.isSafeInteger(dimensions) && dimensions > 0).toBe(true);
      expect(weight).toBeGreaterThanOrEqual(0);
      expect(weight).toBeLessThanOrEqual(1);
    });

    it.each(["document", "query"] as const)(
      "gives a %s one vector of the declared length, all finite",
      async (kind) => {
        const embedder = await open();
        const vectors = await embedder.embed(["Launch the spring campaign."], { kind });
        expect(vectors).toHaveLength(1);
        expectVectors(vectors, embedder.dimensions);
      },
    );

    it("answers an empty list with an empty list", async () => {
      const embedder = await open();
      expect(await embedder.embed([], { kind: "document" })).toEqual([]);
    });

    it("gives a vector to every text, whatever it holds", async () => {
      const embedder = await open();
      const vectors = await embedder.embed(HARD_TEXTS, { kind: "document" });
      expect(vectors).toHaveLength(HARD_TEXTS.length);
      expectVectors(vectors, embedder.dimensions);
    });

    it("gives 100 texts 100 vectors in their order", async () => {
      const embedder = await open();
      const texts = Array.from(
        { length: 100 },
        (_, i) => `${WORDS[i % 10]} ${WORDS[(i / 10) | 0]}`,
      );
      const vectors = await embedder.embed(texts, { kind: "document" });
      expect(vectors).toHaveLength(100);
      expectVectors(vectors, embedder.dimensions);
      for (const i of [0, 1, 42, 57, 99]) {
        const [alone] = await embedder.embed([texts[i] as string], { kind: "document" });
        expect(cosine(alone as Float32Array, vectors[i] as Float32Array)).toBeGreaterThan(
          NEARLY_EQUAL,
        );
      }
    });

    it("gives a vector to a text longer than any model reads, beside others", async () => {
      const embedder = await open();
      const long = "Launch the spring campaign in every region. ".repeat(3000);
      const vectors = await embedder.embed(["budget", long, "delivery"], { kind: "document" });
      expect(vectors).toHaveLength(3);
      expectVectors(vectors, embedder.dimensions);
      const [alone] = await embedder.embed(["delivery"], { kind: "document" });
      expect(cosine(alone as Float32Array, vectors[2] as Float32Array)).toBeGreaterThan(
        NEARLY_EQUAL,
      );
    });

    it("tells different texts apart", async () => {
      const embedder = await open();
      const [a, b] = await embedder.embed(["quarterly budget review", "holiday photographs"], {
        kind: "document",
      });
      expect(cosine(a as Float32Array, b as Float32Array)).toBeLessThan(NEARLY_EQUAL);
    });
  });
}

const WORDS = [
  "apple",
  "bridge",
  "cloud",
  "drum",
  "engine",
  "forest",
  "glass",
  "harbour",
  "island",
  "jacket",
] as const;

function expectVectors(vectors: readonly Float32Array[], dimensions: number): void {
  for (const vector of vectors) {
    expect(vector).toBeInstanceOf(Float32Array);
    expect(vector).toHaveLength(dimensions);
    expect(vector.every((x) => Number.isFinite(x))).toBe(true);
  }
}
