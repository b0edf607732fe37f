import type { Embedder, MemoryErrorCode } from "@mem/core";
import { describe, expect, it } from "vitest";
import { expectRejection } from "../traits/expect-rejection.ts";
import type { Open } from "./harness.ts";
import { agent, agents, keysOf, query, TENANT, texts } from "./samples.ts";
import { createScriptedEmbedder, down, hanging, refusing, vectorsOf } from "./scripted-embedder.ts";

const scope = agent("scout");
const here = agents("scout");

const MISTAKES: readonly [what: string, embed: Embedder["embed"], code: MemoryErrorCode][] = [
  ["shorter vectors than it declares", vectorsOf(63, 0.1), "MEM_DIMENSION"],
  ["longer vectors than it declares", vectorsOf(65, 0.1), "MEM_DIMENSION"],
  ["empty vectors", vectorsOf(0, 0), "MEM_DIMENSION"],
  ["NaN", vectorsOf(64, Number.NaN), "MEM_EMBEDDING"],
  ["Infinity", vectorsOf(64, Number.POSITIVE_INFINITY), "MEM_EMBEDDING"],
  ["no vectors", async () => [], "MEM_EMBEDDING"],
  [
    "more vectors than texts",
    async () => vectorsOf(64, 0.1)(["", "", ""], { kind: "document" }),
    "MEM_EMBEDDING",
  ],
];

export function survivesItsEmbedder(open: Open): void {
  describe("an embedder that fails", () => {
    it("keeps no text from being stored, found by keyword, and given its vector later", async () => {
      const embedder = createScriptedEmbedder();
      const { store } = await open({ embedder });
      embedder.misbehave(down, "document");
      await store.save(scope, texts("newsletters", "figures"));
      expect(keysOf(await store.search(here, query("newsletter")))).toEqual(["t0000"]);
      expect(await store.stats(TENANT)).toMatchObject({ entries: 2, pendingVectors: 2 });
      await expectRejection(() => store.flush(), "MEM_EMBEDDING");
      expect((await store.health()).status).toBe("degraded");
      embedder.work();
      await store.flush();
      expect(await store.stats(TENANT)).toMatchObject({ entries: 2, pendingVectors: 0 });
      expect((await store.health()).status).toBe("ok");
      const [hit] = await store.search(here, query("newsleter", { mode: "vector" }));
      expect(hit?.key).toBe("t0000");
    });

    it("is told apart from a search without one: only auto goes on by keyword", async () => {
      const embedder = createScriptedEmbedder();
      const { store } = await open({ embedder });
      await store.save(scope, texts("newsletters"));
      embedder.misbehave(down, "query");
      for (const mode of ["vector", "hybrid"] as const) {
        await expectRejection(() => store.search(here, query("news", { mode })), "MEM_EMBEDDING");
      }
      const hits = await store.search(here, query("newsletter", { mode: "auto" }));
      expect(keysOf(hits)).toEqual(["t0000"]);
      expect((await store.health()).status).toBe("degraded");
    });

    it("is asked again after the storage was opened again", async () => {
      const embedder = createScriptedEmbedder();
      const { store, reopen } = await open({ embedder });
      embedder.misbehave(down, "document");
      await store.save(scope, texts("newsletters"));
      const again = await reopen();
      expect(await again.stats(TENANT)).toMatchObject({ entries: 1, pendingVectors: 1 });
      embedder.work();
      await again.flush();
      expect(await again.search(here, query("newsleter", { mode: "vector" }))).toHaveLength(1);
    });

    it("counts as pending only what is still there", async () => {
      const embedder = createScriptedEmbedder();
      const { store } = await open({ embedder });
      embedder.misbehave(down, "document");
      await store.save(scope, texts("newsletters", "figures", "plants"));
      await store.save({ tenantId: "other", agentId: "scout" }, texts("newsletters"));
      await store.delete(scope, [{ key: "t0000" }]);
      expect(await store.stats(TENANT)).toMatchObject({ entries: 2, pendingVectors: 2 });
      expect(await store.stats("other")).toMatchObject({ entries: 1, pendingVectors: 1 });
      await store.clear(scope);
      expect(await store.stats(TENANT)).toMatchObject({ entries: 0, pendingVectors: 0 });
    });
  });

  describe("an embedder that refuses one text", () => {
    it("makes the vectors of all others", async () => {
      const embedder = createScriptedEmbedder();
      const { store } = await open({ embedder });
      embedder.misbehave(refusing("poison"), "document");
      await store.save(
        scope,
        texts("poison", ...Array.from({ length: 99 }, (_, i) => `text ${i}`)),
      );
      await expectRejection(() => store.flush(), "MEM_EMBEDDING");
      expect(await store.stats(TENANT)).toMatchObject({ entries: 100, pendingVectors: 1 });
      const [hit] = await store.search(here, query("text 98", { mode: "vector" }));
      expect(hit?.scores.vector).toBeCloseTo(1, 3);
      embedder.work();
      await store.flush();
      expect(await store.stats(TENANT)).toMatchObject({ entries: 100, pendingVectors: 0 });
    });
  });

  describe("an embedder that answers wrongly", () => {
    it.each(MISTAKES)("with %s leaves the entry without a vector", async (_, embed, code) => {
      const embedder = createScriptedEmbedder();
      const { store } = await open({ embedder });
      embedder.misbehave(embed, "document");
      await store.save(scope, texts("newsletters"));
      await expectRejection(() => store.flush(), code);
      expect(await store.stats(TENANT)).toMatchObject({ entries: 1, pendingVectors: 1 });
      expect(await store.search(here, query("newsletters", { mode: "vector" }))).toEqual([]);
      expect(await store.search(here, query("newsletters"))).toHaveLength(1);
      embedder.work();
      await store.flush();
      const [hit] = await store.search(here, query("newsletters", { mode: "vector" }));
      expect(hit?.scores.vector).toBeCloseTo(1, 3);
    });

    it.each(MISTAKES.slice(0, 4))("to a question with %s is an error", async (_, embed, code) => {
      const embedder = createScriptedEmbedder();
      const { store } = await open({ embedder });
      await store.save(scope, texts("newsletters"));
      await store.flush();
      embedder.misbehave(embed, "query");
      await expectRejection(() => store.search(here, query("news", { mode: "vector" })), code);
      expect(await store.search(here, query("newsletter"))).toHaveLength(1);
    });
  });

  describe("an embedder that never answers", () => {
    it("holds up neither save nor keyword search nor close", async () => {
      const embedder = createScriptedEmbedder();
      const { store, reopen } = await open({ embedder });
      embedder.misbehave(hanging, "document");
      await store.save(scope, texts("newsletters"));
      expect(await store.search(here, query("newsletter"))).toHaveLength(1);
      embedder.work();
      const again = await reopen();
      await again.flush();
      expect(await again.stats(TENANT)).toMatchObject({ entries: 1, pendingVectors: 0 });
    });

    it("leaves a flush and a search that can be given up", async () => {
      const embedder = createScriptedEmbedder();
      const { store } = await open({ embedder });
      embedder.misbehave(hanging, "document", "query");
      await store.save(scope, texts("newsletters"));
      const controller = new AbortController();
      const { signal } = controller;
      const flushed = expectRejection(() => store.flush({ signal }), "MEM_ABORTED");
      const found = expectRejection(
        () => store.search(here, query("news", { mode: "vector" }), { signal }),
        "MEM_ABORTED",
      );
      controller.abort();
      await Promise.all([flushed, found]);
      expect(await store.stats(TENANT)).toMatchObject({ entries: 1, pendingVectors: 1 });
    });
  });
}
