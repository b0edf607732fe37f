import type { Embedder, LongTermStore, MemoryErrorCode, ReembedProgress } from "@mem/core";
import { describe, expect, it } from "vitest";
import { expectRejection } from "../traits/expect-rejection.ts";
import type { Open } from "./harness.ts";
import { agent, agents, query, TENANT, texts } from "./samples.ts";
import {
  createOtherEmbedder,
  createScriptedEmbedder,
  down,
  vectorsOf,
  type ScriptedEmbedder,
} from "./scripted-embedder.ts";

const scope = agent("translator");
const here = agents("translator");
const TEXTS = Array.from({ length: 600 }, (_, i) => `note number ${i}`);

const FAILURES: readonly [what: string, embed: Embedder["embed"], code: MemoryErrorCode][] = [
  ["is down", down, "MEM_EMBEDDING"],
  ["answers with shorter vectors", vectorsOf(31, 0.1), "MEM_DIMENSION"],
  ["answers with NaN", vectorsOf(32, Number.NaN), "MEM_EMBEDDING"],
  ["answers with too few", async () => [], "MEM_EMBEDDING"],
];

export function survivesAStop(open: Open): void {
  describe("going over to another embedder that is stopped on the way", () => {
    it("leaves the store as it was, and goes on where it stopped, also after a new opening", async () => {
      const own = createScriptedEmbedder();
      const { store, reopen } = await openWithTexts(open, own);
      const done = await stopOnTheWay(store);
      await expectStillOf(own, store);
      const again = await reopen();
      await expectStillOf(own, again);
      const next = createOtherEmbedder();
      const steps: number[] = [];
      const onProgress = (step: ReembedProgress): void => void steps.push(step.done);
      expect(await again.reembed(next, { onProgress })).toEqual({ entries: TEXTS.length });
      expect(steps[0]).toBeGreaterThanOrEqual(done);
      expect(next.asked.document).toBeLessThanOrEqual(TEXTS.length - done);
      expect(await nearest(again)).toBeCloseTo(1, 3);
    });

    it("asks anew for what was changed before it goes on", async () => {
      const { store } = await openWithTexts(open, createScriptedEmbedder());
      await stopOnTheWay(store);
      await store.save(scope, texts("something else"));
      await store.delete(scope, [{ key: "t0001" }]);
      expect(await store.reembed(createOtherEmbedder())).toEqual({ entries: TEXTS.length - 1 });
      await store.flush();
      const request = query("something else", { mode: "vector", topK: 1 });
      const [hit] = await store.search(here, request);
      expect(hit?.key).toBe("t0000");
      expect(hit?.scores.vector).toBeCloseTo(1, 3);
      expect(await store.stats(TENANT)).toMatchObject({ pendingVectors: 0 });
    });

    it("takes nothing over where it goes on with yet another", async () => {
      const { store } = await openWithTexts(open, createScriptedEmbedder());
      await stopOnTheWay(store);
      const third = createScriptedEmbedder({ dimensions: 32, model: "third" });
      expect(await store.reembed(third)).toEqual({ entries: TEXTS.length });
      expect(third.asked.document).toBe(TEXTS.length);
      expect(await store.embedder()).toEqual({ model: "third", dimensions: 32 });
      expect(await nearest(store)).toBeCloseTo(1, 3);
    });
  });

  describe("going over to an embedder that fails", () => {
    it.each(FAILURES)("because it %s leaves the store as it was", async (_, embed, code) => {
      const own = createScriptedEmbedder();
      const { store } = await open({ embedder: own });
      await store.save(scope, texts("note number 7"));
      await store.flush();
      const other = createOtherEmbedder();
      other.misbehave(embed, "document");
      await expectRejection(() => store.reembed(other), code);
      await expectStillOf(own, store);
      other.work();
      expect(await store.reembed(other)).toEqual({ entries: 1 });
      expect(await nearest(store)).toBeCloseTo(1, 3);
    });
  });
}

async function openWithTexts(open: Open, embedder: ScriptedEmbedder): ReturnType<Open> {
  const opened = await open({ embedder });
  await opened.store.save(scope, texts(...TEXTS));
  await opened.store.flush();
  return opened;
}

/** Aborts `reembed` when some texts are done and others are not; returns how many were done. */
async function stopOnTheWay(store: LongTermStore): Promise<number> {
  const controller = new AbortController();
  let done = 0;
  const onProgress = (step: ReembedProgress): void => {
    if (step.done === 0 || step.done === step.total) return;
    done = Math.max(done, step.done);
    controller.abort();
  };
  const { signal } = controller;
  const stopped = store.reembed(createOtherEmbedder(), { onProgress, signal });
  await expect(stopped).rejects.toMatchObject({ code: "MEM_ABORTED" });
  expect(done).toBeGreaterThan(0);
  return done;
}

async function expectStillOf(embedder: ScriptedEmbedder, store: LongTermStore): Promise<void> {
  const { model, dimensions } = embedder;
  expect(await store.embedder()).toEqual({ model, dimensions });
  expect(await store.stats(TENANT)).toMatchObject({ pendingVectors: 0 });
  const asked = embedder.asked.query;
  expect(await nearest(store)).toBeCloseTo(1, 3);
  expect(embedder.asked.query).toBe(asked + 1);
}

async function nearest(store: LongTermStore): Promise<number | undefined> {
  const [hit] = await store.search(here, query("note number 7", { mode: "vector", topK: 1 }));
  expect(hit?.text).toBe("note number 7");
  return hit?.scores.vector;
}
