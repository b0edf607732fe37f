import type { LongTermStore, ReembedProgress } from "@mem/core";
import { describe, expect, it } from "vitest";
import { expectRejection } from "../traits/expect-rejection.ts";
import type { Open } from "./harness.ts";
import { allEntries } from "./portable-samples.ts";
import { agent, agents, query, TENANT, texts, write } from "./samples.ts";
import {
  createOtherEmbedder,
  createScriptedEmbedder,
  type ScriptedEmbedder,
} from "./scripted-embedder.ts";

const scope = agent("translator");
const here = agents("translator");

export function changesItsEmbedder(open: Open): void {
  describe("another embedder", () => {
    it("makes every vector anew, and is the store's from then on", async () => {
      const [own, other] = [createScriptedEmbedder(), createOtherEmbedder()];
      const { store, reopen } = await open({ embedder: own });
      await seed(store);
      const asked = { ...own.asked };
      expect(await store.reembed(other)).toEqual({ entries: 3 });
      await expectOf(other, store);
      expect(own.asked).toEqual(asked);
      expect(await store.health()).toMatchObject({ status: "ok" });
      expect(await store.verify()).toEqual({ entries: 4, problems: [] });
      const paid = other.asked.document;
      const again = await reopen({ embedder: other });
      await again.flush();
      await expectOf(other, again);
      expect(other.asked.document).toBe(paid);
    });

    it("is needed to open the store once it has taken over: the old one is refused, and told why", async () => {
      const [own, other] = [createScriptedEmbedder(), createOtherEmbedder()];
      const { store, reopen } = await open({ embedder: own });
      await seed(store);
      await store.reembed(other);
      const again = await reopen({ embedder: own });
      const refused = again.search(here, query("newsletters", { mode: "vector" }));
      const error = await refused.then(String, (reason: Error) => reason.message);
      expect(error).toContain(other.model);
      expect(error).toContain("reembed");
    });

    it("takes over of a store that was opened without one, and gives way to a third", async () => {
      const other = createOtherEmbedder();
      const { store, reopen } = await open({ embedder: createScriptedEmbedder() });
      await seed(store);
      const without = await reopen({});
      expect(await without.reembed(other)).toEqual({ entries: 3 });
      await expectOf(other, without);
      const third = createScriptedEmbedder({ dimensions: 16, model: "third" });
      await expectOf(third, await reembedded(await reopen({}), third));
      await expectOf(other, await reembedded(await reopen({ embedder: third }), other));
    });

    it("takes over where there was never one", async () => {
      const { store, reopen } = await open();
      await seed(store);
      const other = createOtherEmbedder();
      expect(await store.reembed(other)).toEqual({ entries: 3 });
      await expectOf(other, store);
      await expectOf(other, await reopen({ embedder: other }));
    });

    it("takes over a store in which there is nothing", async () => {
      const other = createOtherEmbedder();
      const { store, reopen } = await open({ embedder: createScriptedEmbedder() });
      expect(await store.reembed(other)).toEqual({ entries: 0 });
      const again = await reopen({ embedder: other });
      await seed(again);
      await expectOf(other, again);
    });

    it("is told of each step: how many texts there are, and for how many it is done", async () => {
      const { store } = await open({ embedder: createScriptedEmbedder() });
      await store.save(scope, texts(...Array.from({ length: 250 }, (_, i) => `note number ${i}`)));
      const steps: ReembedProgress[] = [];
      const onProgress = (step: ReembedProgress): void => void steps.push({ ...step });
      expect(await store.reembed(createOtherEmbedder(), { onProgress })).toEqual({ entries: 250 });
      const done = steps.map((step) => step.done);
      expect(done).toEqual(done.toSorted((a, b) => a - b));
      expect(steps.at(-1)).toEqual({ done: 250, total: 250 });
      for (const step of steps) expect(step.done).toBeLessThanOrEqual(step.total);
    });

    it("names the vectors that entries are given out with, and taken in", async () => {
      const { store } = await open({ embedder: createScriptedEmbedder() });
      await seed(store);
      const other = createOtherEmbedder();
      await store.reembed(other);
      const entries = await allEntries(store);
      const [vector] = await other.embed(["newsletters"], { kind: "document" });
      expect(entries.find(({ entry }) => entry.text === "newsletters")?.vector).toEqual(vector);
      const target = await open({ embedder: createScriptedEmbedder() });
      const taker = createOtherEmbedder();
      await target.store.reembed(taker);
      const { model, dimensions } = other;
      await target.store.restore(entries, { vectorsOf: { model, dimensions } });
      await target.store.flush();
      await expectOf(taker, target.store);
    });

    it("embeds what is saved from then on", async () => {
      const { store } = await open({ embedder: createScriptedEmbedder() });
      await seed(store);
      const other = createOtherEmbedder();
      await store.reembed(other);
      const paid = other.asked.document;
      await store.save(scope, [write("t0000", { text: "all new" })]);
      await store.flush();
      expect(other.asked.document).toBe(paid + 1);
      const [hit] = await store.search(here, query("all new", { mode: "vector" }));
      expect(hit?.key).toBe("t0000");
      expect(hit?.scores.vector).toBeCloseTo(1, 3);
    });

    it("is refused after an abort, before anything is asked", async () => {
      const other = createOtherEmbedder();
      const { store } = await open({ embedder: createScriptedEmbedder() });
      await seed(store);
      const signal = AbortSignal.abort();
      await expectRejection(() => store.reembed(other, { signal }), "MEM_ABORTED");
      expect(other.asked.document).toBe(0);
    });
  });
}

/** Saves three texts, and one entry without text. */
async function seed(store: LongTermStore): Promise<void> {
  await store.save(scope, texts("newsletters", "quarterly figures", "office plants"));
  await store.save(scope, [write("silent")]);
  await store.flush();
}

async function reembedded(
  store: LongTermStore,
  embedder: ScriptedEmbedder,
): Promise<LongTermStore> {
  await store.reembed(embedder);
  return store;
}

/** Expects all of the store's vectors to come from this embedder. */
async function expectOf(embedder: ScriptedEmbedder, store: LongTermStore): Promise<void> {
  await store.flush();
  const { model, dimensions } = embedder;
  expect(await store.embedder()).toEqual({ model, dimensions });
  expect(await store.stats(TENANT)).toMatchObject({ entries: 4, pendingVectors: 0 });
  const { query: asked } = embedder.asked;
  for (const text of ["newsletters", "quarterly figures", "office plants"]) {
    const [hit] = await store.search(here, query(text, { mode: "vector" }));
    expect(hit?.text).toBe(text);
    expect(hit?.scores.vector).toBeCloseTo(1, 3);
  }
  expect(embedder.asked.query).toBe(asked + 3);
}
