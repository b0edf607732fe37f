import type { Embedder } from "@mem/core";
import { describe, expect, it } from "vitest";
import { cosine, NEARLY_EQUAL } from "./cosine.ts";

export function keepsVectorsApart(open: () => Promise<Embedder>): void {
  describe("vectors", () => {
    it("are nearly equal for equal texts, in one call and in another", async () => {
      const embedder = await open();
      const text = "Customers ask for shorter delivery times.";
      const [a, , b] = await embedder.embed([text, "something else", text], { kind: "document" });
      const [c] = await embedder.embed([text], { kind: "document" });
      expect(cosine(a as Float32Array, b as Float32Array)).toBeGreaterThan(NEARLY_EQUAL);
      expect(cosine(a as Float32Array, c as Float32Array)).toBeGreaterThan(NEARLY_EQUAL);
    });

    it("belong to the caller: changing one changes no other", async () => {
      const embedder = await open();
      const texts = ["delivery", "delivery", "budget"];
      const vectors = await embedder.embed(texts, { kind: "document" });
      const before = vectors.map((vector) => vector.slice());
      vectors[0]?.fill(7);
      expect(vectors[1]).toEqual(before[1]);
      expect(vectors[2]).toEqual(before[2]);
      const [again] = await embedder.embed(["delivery"], { kind: "document" });
      expect(cosine(again as Float32Array, before[0] as Float32Array)).toBeGreaterThan(
        NEARLY_EQUAL,
      );
    });

    it("leave the list of texts as it was", async () => {
      const embedder = await open();
      const texts = ["  Budget ", "ÉTÉ", ""];
      await embedder.embed(texts, { kind: "document" });
      expect(texts).toEqual(["  Budget ", "ÉTÉ", ""]);
    });

    it("go to the call that asked for them", async () => {
      const embedder = await open();
      const texts = ["budget", "delivery", "photographs", "harbour"];
      const alone = await embedder.embed(texts, { kind: "document" });
      const parallel = await Promise.all(
        texts.map((text) => embedder.embed([text], { kind: "document" })),
      );
      for (const [i, vectors] of parallel.entries()) {
        expect(cosine(vectors[0] as Float32Array, alone[i] as Float32Array)).toBeGreaterThan(
          NEARLY_EQUAL,
        );
      }
    });
  });
}
