import { isMemoryError, type Embedder } from "@mem/core";
import { describe, expect, it } from "vitest";
import { cosine, NEARLY_EQUAL } from "./cosine.ts";

/** First embedded in a call of their own, so that no other call can mix up the expected vectors. */
const KNOWN = ["budget review", "", "holiday photographs", "harbour at night", "budget review"];

export function embedsAtOnce(open: () => Promise<Embedder>): void {
  describe("calls at the same time", () => {
    it("each get the vectors of their own texts, in their own order, whatever the others ask", async () => {
      const embedder = await open();
      const [expected] = await vectorsOf(embedder, [KNOWN]);
      const order = [4, 2, 0, 3, 1];
      const asked = Array.from({ length: 6 }, (_, i) =>
        order.slice(i % 3).map((at) => (at + i) % KNOWN.length),
      );
      const answers = await vectorsOf(
        embedder,
        asked.map((places) => places.map((at) => KNOWN[at] as string)),
      );
      for (const [i, places] of asked.entries()) {
        expect(answers[i]).toHaveLength(places.length);
        for (const [j, at] of places.entries()) {
          expect(cosine(answers[i]![j]!, expected![at]!)).toBeGreaterThan(NEARLY_EQUAL);
        }
      }
    });

    it("are none the worse for one that is aborted", async () => {
      const embedder = await open();
      const controller = new AbortController();
      const given = embedder
        .embed(KNOWN, { kind: "document", signal: controller.signal })
        .catch((error: unknown) => error);
      const others = vectorsOf(embedder, [KNOWN, KNOWN.toReversed()]);
      controller.abort();
      const [one, other] = await others;
      for (const [i, vector] of one!.entries()) {
        expect(cosine(vector, other!.at(-1 - i)!)).toBeGreaterThan(NEARLY_EQUAL);
      }
      const outcome = await given;
      expect(Array.isArray(outcome) || isMemoryError(outcome, "MEM_ABORTED")).toBe(true);
    });
  });
}

function vectorsOf(embedder: Embedder, all: readonly string[][]): Promise<Float32Array[][]> {
  return Promise.all(all.map((texts) => embedder.embed(texts, { kind: "document" })));
}
