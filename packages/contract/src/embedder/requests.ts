import { isMemoryError, type Embedder } from "@mem/core";
import { describe, expect, it } from "vitest";

export function embedsOnRequest(open: () => Promise<Embedder>): void {
  describe("signals", () => {
    it.each(["document", "query"] as const)("refuses a %s after an abort", async (kind) => {
      const embedder = await open();
      const signal = AbortSignal.abort();
      await expect(embedder.embed(["budget"], { kind, signal })).rejects.toMatchObject({
        code: "MEM_ABORTED",
      });
    });

    it("settles when it is aborted on the way: with all vectors or with MEM_ABORTED", async () => {
      const embedder = await open();
      const controller = new AbortController();
      const texts = Array.from({ length: 20 }, (_, i) => `text ${i}`);
      const request = { kind: "document", signal: controller.signal } as const;
      const call = embedder.embed(texts, request).then(
        (vectors) => vectors.length === texts.length,
        (error: unknown) => isMemoryError(error, "MEM_ABORTED"),
      );
      controller.abort();
      expect(await call).toBe(true);
    });

    it("serves the next call after an aborted one", async () => {
      const embedder = await open();
      const signal = AbortSignal.abort();
      await embedder.embed(["budget"], { kind: "document", signal }).catch(() => undefined);
      expect(await embedder.embed(["budget"], { kind: "document" })).toHaveLength(1);
    });
  });
}
